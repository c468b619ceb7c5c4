#include "agora_exporter/agora/facts.h"

namespace agora_exporter::agora {
namespace {

constexpr Seconds kFrameSlack{60};  // a day is asked for as 86,400 s or a little less

}  // namespace

std::string_view result_of(const Body& body) {
  if (const auto* refusal = std::get_if<Refusal>(&body)) return name_of(refusal->error);
  if (std::holds_alternative<Undecodable>(body)) return name_of(ApiError::malformed);
  return "success";
}

bool is_over(WorldTime ts, Granularity granularity, const Frame& frame, WallTime received, Seconds delay) {
  const WorldTime end = ts + (granularity == Granularity::day ? kDay : Seconds{3'600});
  return end <= frame.end + kFrameSlack || end <= to_world(received) - delay - kClockSlack;
}

}  // namespace agora_exporter::agora
