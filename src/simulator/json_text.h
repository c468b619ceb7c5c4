// JSON written by hand: what the simulator sends is mostly numbers, tens of millions of them.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace agora_exporter::simulator {

// digits / 10^decimals with exactly `decimals` places; returns the end. Needs 24 bytes.
inline char* write_fixed(char* to, std::int64_t digits, int decimals) {
  if (decimals == 0) return std::to_chars(to, to + 20, digits).ptr;
  if (digits < 0) {
    *to++ = '-';
    digits = -digits;
  }
  std::int64_t power = 10;
  for (int i = 1; i < decimals; ++i) power *= 10;
  to = std::to_chars(to, to + 20, digits / power).ptr;
  *to++ = '.';
  std::int64_t rest = digits % power;
  for (int i = decimals - 1; i >= 0; --i, rest /= 10) to[i] = static_cast<char>('0' + rest % 10);
  return to + decimals;
}

class JsonText {
 public:
  explicit JsonText(bool trailing_commas = false) : trailing_commas_(trailing_commas) {}

  // Room for `n` more bytes; after writing, wrote() says how far.
  char* room(std::size_t n) {
    if (text_.size() < length_ + n) text_.resize((length_ + n) * 2);
    return text_.data() + length_;
  }
  void wrote(const char* end) { length_ = static_cast<std::size_t>(end - text_.data()); }
  std::size_t length() const { return length_; }
  char* at(std::size_t position) { return text_.data() + position; }

  JsonText& raw(std::string_view s) {
    std::memcpy(room(s.size()), s.data(), s.size());
    length_ += s.size();
    return *this;
  }
  JsonText& number(std::int64_t n) {
    wrote(std::to_chars(room(24), room(24) + 24, n).ptr);
    return *this;
  }
  JsonText& fixed(std::int64_t digits, int decimals) {
    wrote(write_fixed(room(32), digits, decimals));
    return *this;
  }
  JsonText& string(std::string_view s) {
    raw("\"");
    for (const char c : s) {
      if (c == '"' || c == '\\') raw("\\");
      if (static_cast<unsigned char>(c) >= 0x20) raw({&c, 1});
    }
    return raw("\"");
  }
  // "name":  - members and elements are each followed by a comma, which close() takes back.
  JsonText& name(std::string_view n) { return raw("\"").raw(n).raw("\":"); }
  JsonText& member(std::string_view n, std::int64_t v) { return name(n).number(v).raw(","); }
  JsonText& member(std::string_view n, std::string_view v) { return name(n).string(v).raw(","); }
  JsonText& flag(std::string_view n, bool v) { return name(n).raw(v ? "true," : "false,"); }
  JsonText& open(char bracket) { return raw({&bracket, 1}); }
  JsonText& close(char bracket, bool strict = false) {
    if (length_ > 0 && text_[length_ - 1] == ',' && (strict || !trailing_commas_)) --length_;
    return raw({&bracket, 1});
  }

  std::string take() {
    text_.resize(length_);
    return std::move(text_);
  }

 private:
  std::string text_;
  std::size_t length_ = 0;
  bool trailing_commas_;
};

}  // namespace agora_exporter::simulator
