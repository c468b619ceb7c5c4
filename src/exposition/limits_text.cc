#include "exposition/limits_text.h"

namespace agora_exporter::exposition {

std::string requests_text(const agora::Limits& limits) {
  std::string text;
  const auto add = [&](int count, const char* unit) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + unit;
  };
  add(limits.per_second, "/s");
  add(limits.per_minute, "/min");
  add(limits.per_day, "/day");
  return text.empty() ? "no limit" : text;
}

std::string granularity_text(agora::Endpoint endpoint, const agora::Limits& limits) {
  if (!agora::is_insight(endpoint)) return "";
  return limits.hourly ? "1d, 1h" : "1d";
}

}  // namespace agora_exporter::exposition
