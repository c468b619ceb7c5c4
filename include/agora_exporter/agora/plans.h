// What an account may ask: the limits of each endpoint by plan. A new plan, or a changed limit, is a row in
// plans.cc.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "agora_exporter/agora/api.h"
#include "agora_exporter/base/time.h"

namespace agora_exporter::agora {

// Sources: specification, "API limitations"; the vendor's current reference for premium and enterprise.
// A count of 0 means "no such limit".
struct Limits {
  int per_second = 0;
  int per_minute = 0;
  int per_day = 0;
  Seconds look_back{};       // start_ts > now - look_back
  Seconds longest_window{};  // end_ts - start_ts < longest_window (call search), <= for insight
  Seconds delay{};           // end_ts < now - delay
  bool hourly = false;       // 1h granularity (insight only)
  friend bool operator==(const Limits&, const Limits&) = default;
};

struct Plan {
  std::string_view name;                         // standard | premium | enterprise
  std::array<Limits, kEndpoints.size()> limits;  // by Endpoint

  const Limits& of(Endpoint e) const { return limits[static_cast<std::size_t>(e)]; }
  Limits& of(Endpoint e) { return limits[static_cast<std::size_t>(e)]; }
  friend bool operator==(const Plan&, const Plan&) = default;
};

std::span<const Plan> plans();
std::optional<Plan> find_plan(std::string_view name);

// Call search: sids in a call/metrics request, uids in a call/sessions one, calls in a list (specification).
inline constexpr std::size_t kMaxSids = 20;
inline constexpr std::size_t kMaxUids = 10;
inline constexpr std::size_t kListSize = 100;
// Sessions on a page: 20 by the specification; servers of today (they send requestId) give up to 100.
inline constexpr int kPageSize = 20;
inline constexpr int kPageSizeToday = 100;

}  // namespace agora_exporter::agora
