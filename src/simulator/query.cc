#include "simulator/query.h"

#include <algorithm>
#include <charconv>

#include "agora_exporter/http/server.h"

namespace agora_exporter::simulator {

std::optional<Parameters> Parameters::parse(const std::string& query) {
  auto pairs = http::parse_query(query);
  if (!pairs) return std::nullopt;
  Parameters parameters;
  parameters.pairs_ = std::move(*pairs);
  return parameters;
}

const std::string* Parameters::find(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<std::string> Parameters::unknown(std::span<const std::string_view> known) const {
  for (const auto& [key, value] : pairs_) {
    if (std::find(known.begin(), known.end(), key) == known.end()) return key;
  }
  return std::nullopt;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n < 0) return std::nullopt;
  return n;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> pieces;
  while (true) {
    const std::size_t comma = text.find(',');
    pieces.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return pieces;
    text.remove_prefix(comma + 1);
  }
}

std::variant<Window, Reply> window_of(const Parameters& parameters, std::string_view start,
                                      std::string_view end) {
  constexpr std::int64_t kMilliseconds = 100'000'000'000;
  std::int64_t ends[2];
  const std::string_view names[] = {start, end};
  for (int i = 0; i < 2; ++i) {
    const std::string* text = parameters.find(names[i]);
    if (text == nullptr || text->empty()) return bad_parameter(names[i], "can not be null");
    const auto n = whole_number(*text);
    if (!n) return bad_parameter(names[i], "is invalid");
    if (*n >= kMilliseconds) return refuse(500, "Unknown Error");
    ends[i] = *n;
  }
  if (ends[0] > ends[1]) return bad_parameter(start, "is later than " + std::string(end));
  return Window{ends[0], ends[1]};
}

std::optional<Reply> check_window(const Readings& readings, const agora::Limits& limits,
                                  LongestWindow longest, Window window, ServerTime now) {
  const std::int64_t length = window.end - window.start;
  const std::int64_t most = limits.longest_window.count() - (longest == LongestWindow::exclusive ? 1 : 0);
  if (length > most) return refuse_limit(readings, "query time length limit error");
  const std::int64_t now_ms = now.time_since_epoch().count();
  if (window.end * 1'000 >= now_ms - Millis(limits.delay).count()) {
    return refuse_limit(readings, "query latency limit error");
  }
  if (window.start * 1'000 <= now_ms - Millis(limits.look_back).count()) {
    return refuse_limit(readings, "query time range limit error");
  }
  return std::nullopt;
}

}  // namespace agora_exporter::simulator
