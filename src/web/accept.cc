#include "web/accept.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace agora_exporter::web {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Cuts the part before `mark` off the front.
std::string_view next_part(std::string_view& rest, char mark) {
  const auto part = rest.substr(0, rest.find(mark));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return trim(part);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

// qvalue = "0" [ "." 0*3DIGIT ] / "1" [ "." 0*3("0") ]; anything else counts as 0. Whether it is above 0.
bool is_positive(std::string_view weight) {
  if (weight.empty() || weight.size() > 5 || (weight.size() > 1 && weight[1] != '.')) return false;
  const auto digits = weight.substr(std::min<std::size_t>(2, weight.size()));
  const auto all = [&](auto test) { return std::all_of(digits.begin(), digits.end(), test); };
  const bool only_zeros = all([](char c) { return c == '0'; });
  if (weight[0] == '1') return only_zeros;
  return weight[0] == '0' && !only_zeros && all([](char c) { return c >= '0' && c <= '9'; });
}

bool wanted(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto parameter = next_part(parameters, ';');
    if (parameter.size() < 2 || (parameter[0] != 'q' && parameter[0] != 'Q')) continue;
    auto value = trim(parameter.substr(1));
    if (value.empty() || value.front() != '=') continue;
    return is_positive(trim(value.substr(1)));
  }
  return true;
}

}  // namespace

bool accepts_gzip(const http::Headers& headers) {
  std::optional<bool> gzip;
  std::optional<bool> any;
  for (const auto& [name, value] : headers) {
    if (lower(name) != "accept-encoding") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      auto item = next_part(rest, ',');
      const auto coding = lower(next_part(item, ';'));
      if (coding == "gzip" || coding == "x-gzip") gzip = gzip.value_or(false) || wanted(item);
      if (coding == "*") any = wanted(item);
    }
  }
  return gzip.value_or(any.value_or(false));
}

}  // namespace agora_exporter::web
