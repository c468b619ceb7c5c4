// The parameters of a request, as the server reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agora_exporter/agora/plans.h"
#include "agora_exporter/simulator/readings.h"
#include "simulator/reply.h"

namespace agora_exporter::simulator {

class Parameters {
 public:
  // nullopt: an escape is broken.
  static std::optional<Parameters> parse(const std::string& query);
  const std::string* find(std::string_view name) const;
  // A name that is not among `known`.
  std::optional<std::string> unknown(std::span<const std::string_view> known) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

std::optional<std::int64_t> whole_number(std::string_view text);
std::vector<std::string> split(std::string_view text);  // by commas, empty pieces kept

// Both ends as sent, Unix seconds.
struct Window {
  std::int64_t start = 0;
  std::int64_t end = 0;
};
// Missing, unparsable and reversed ends are 400; milliseconds are 500 "Unknown Error", as seen.
std::variant<Window, Reply> window_of(const Parameters& parameters, std::string_view start,
                                      std::string_view end);

// The strict forms: end < now - delay, start > now - look_back, end - start < longest window (the last by the
// reading).
std::optional<Reply> check_window(const Readings& readings, const agora::Limits& limits,
                                  LongestWindow longest, Window window, ServerTime now);

}  // namespace agora_exporter::simulator
