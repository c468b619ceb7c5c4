// A JSON text written in order; enough for the catalog. Numbers are written shortest, texts as UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "exposition/text.h"

namespace agora_exporter::exposition {

class JsonWriter {
 public:
  void open(char bracket) {  // '{' or '['
    separate();
    text_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    text_ += bracket;
    first_ = false;
  }
  void key(std::string_view name) {
    separate();
    quote(name);
    text_ += ':';
    first_ = true;  // no comma before the value
  }
  void string(std::string_view value) {
    separate();
    quote(value);
  }
  void number(double value) {
    separate();
    text_ += number_text(value);
  }
  void boolean(bool value) {
    separate();
    text_ += value ? "true" : "false";
  }
  void member(std::string_view name, std::string_view value) { key(name), string(value); }
  void member(std::string_view name, double value) { key(name), number(value); }
  void flag(std::string_view name, bool value) { key(name), boolean(value); }

  const std::string& text() const { return text_; }

 private:
  void separate() {
    if (!first_) text_ += ',';
    first_ = false;
  }
  void quote(std::string_view value) {
    text_ += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') {
        text_ += '\\';
        text_ += c;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        constexpr std::string_view kHex = "0123456789abcdef";
        text_ += "\\u00";
        text_ += kHex[static_cast<unsigned char>(c) >> 4];
        text_ += kHex[c & 15];
      } else {
        text_ += c;
      }
    }
    text_ += '"';
  }

  std::string text_;
  bool first_ = true;
};

}  // namespace agora_exporter::exposition
