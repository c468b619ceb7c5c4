#include <algorithm>
#include <charconv>
#include <cmath>

#include "agora/json_reader.h"
#include "agora_exporter/base/utf8.h"

namespace agora_exporter::agora {
namespace {

std::optional<std::int64_t> whole(double number) {
  constexpr double kExact = 0x1p53;
  if (!(std::abs(number) <= kExact) || number != std::floor(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int64_t> Scalar::as_integer() const {
  switch (kind) {
    case Kind::integer:
      return integer;
    case Kind::number:
      return whole(number);
    case Kind::text:
      return digits(text);
    default:
      return std::nullopt;
  }
}

std::optional<double> Scalar::as_number() const {
  if (kind == Kind::integer) return static_cast<double>(integer);
  if (kind == Kind::number && std::isfinite(number)) return number;
  return std::nullopt;
}

std::optional<bool> Scalar::as_boolean() const {
  if (kind == Kind::boolean || kind == Kind::integer) return integer != 0;
  if (kind == Kind::text && (text == "true" || text == "false")) return text == "true";
  return std::nullopt;
}

std::optional<std::string> Scalar::as_text() const {
  if (kind == Kind::integer) return std::to_string(integer);
  if (kind != Kind::text) return std::nullopt;
  std::string valid = to_valid_utf8(text);
  // Prometheus' text parser takes a zero byte for the end of the page.
  for (std::size_t at = valid.find('\0'); at != std::string::npos; at = valid.find('\0', at)) {
    valid.replace(at, 1, "\xEF\xBF\xBD");
  }
  return valid;
}

}  // namespace agora_exporter::agora
