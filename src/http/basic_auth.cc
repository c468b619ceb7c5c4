#include "agora_exporter/http/basic_auth.h"

#include <cstdint>
#include <string>

#include "http/request_head.h"

namespace agora_exporter::http {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::string> decode_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

}  // namespace

std::optional<UserAndPassword> read_basic_auth(std::string_view header) {
  // The scheme's name is case-insensitive.
  if (header.size() < 6 || header[5] != ' ' || !equal_ignoring_case(header.substr(0, 5), "basic"))
    return std::nullopt;
  const auto pair = decode_base64(header.substr(6));
  if (!pair) return std::nullopt;
  const std::size_t colon = pair->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return UserAndPassword{pair->substr(0, colon), pair->substr(colon + 1)};
}

}  // namespace agora_exporter::http
