#include <algorithm>
#include <charconv>
#include <cmath>

#include "agora/json_reader.h"

namespace agora_exporter::agora {
namespace {

// Walks over the text once and rewrites in place; every replacement is as long as what it replaces.
class Repair {
 public:
  explicit Repair(std::string text) : text_(std::move(text)) {}

  std::string run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        string();
      } else if (c == '-' || is_digit(c)) {
        number();
      } else {
        ++at_;
      }
    }
    return std::move(text_);
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  void string() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\') {
        escape();
        continue;
      }
      if (static_cast<unsigned char>(text_[at_]) < 0x20) text_[at_] = ' ';
      ++at_;
    }
    ++at_;
  }

  void escape() {
    constexpr std::string_view kKnown = "\"\\/bfnrtu";
    const char kind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (kKnown.find(kind) == std::string_view::npos || (kind == 'u' && !code_unit(at_))) {
      text_[at_++] = '?';
      return;
    }
    if (kind != 'u') {
      at_ += 2;
      return;
    }
    const unsigned unit = *code_unit(at_);
    const std::optional<unsigned> next = code_unit(at_ + 6);
    const bool high = unit >= 0xd800 && unit < 0xdc00;
    const bool low = unit >= 0xdc00 && unit < 0xe000;
    if (high && next && *next >= 0xdc00 && *next < 0xe000) {
      at_ += 12;
      return;
    }
    if (high || low) text_.replace(at_ + 2, 4, "fffd");
    at_ += 6;
  }

  // The code unit of the \uXXXX at `at`, if one stands there.
  std::optional<unsigned> code_unit(std::size_t at) const {
    if (at + 6 > text_.size() || text_[at] != '\\' || text_[at + 1] != 'u') return std::nullopt;
    unsigned unit = 0;
    const char* const end = text_.data() + at + 6;
    const auto [stop, error] = std::from_chars(text_.data() + at + 2, end, unit, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    return unit;
  }

  void number() {
    const std::size_t end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    const std::string_view token(text_.data() + at_, end - at_);
    if (token.size() >= 4) {
      double value = 0;
      const auto [stop, error] = std::from_chars(token.data(), token.data() + token.size(), value);
      // from_chars says "out of range" of numbers too small as well; only those have a negative exponent.
      const bool tiny = error == std::errc::result_out_of_range && token.find("e-") != std::string_view::npos;
      if (tiny || (error == std::errc() && value == 0)) {
        fill(end, "0");
      } else if (error == std::errc::result_out_of_range) {
        fill(end, "null");
      }
    }
    at_ = end;
  }

  void fill(std::size_t end, std::string_view with) {
    std::fill(text_.begin() + static_cast<std::ptrdiff_t>(at_),
              text_.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    text_.replace(at_, with.size(), with);
  }

  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string repair_json(std::string text) { return Repair(std::move(text)).run(); }

}  // namespace agora_exporter::agora
