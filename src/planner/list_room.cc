#include "planner/list_room.h"

#include <algorithm>

#include "planner/shares.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

// Between the listing of a call and the deadline of its first point, sessions and points must be asked about.
constexpr Seconds kPipeline{180};
constexpr Seconds kListMargin{60};
// Of the 100 calls that an answer may hold: new ones at most.
constexpr double kNewInOneAnswer = 60;

// Where not all calls are found, those that were say too little of those that will come: the rate within
// lists does not. So many times more than was learned.
double unheard_of(const AppProgress& progress, WorldTime from) {
  if (!progress.lists_are_short) return 1;
  const Seconds hour{3'600};
  const double learned = progress.calls_offered.expected(from, from + hour, progress.calls_per_second);
  const double seen = progress.calls_per_second * static_cast<double>(hour.count());
  return learned > 0 ? std::max(1.0, seen / learned) : 1;
}

// Requests that finding the calls takes that are to be listed before midnight, of all apps that share them.
double discovery_today(const View& view, const AppPolicy& app) {
  double requests = 0;
  const WorldTime from = to_world(view.now) - age_when_listed(view);
  const WorldTime to = last_of_today(view) + view.policy.lag - age_when_listed(view);
  for (const AppPolicy& other : view.account.apps) {
    if (!other.calls || (view.account.quota_per_app && &other != &app)) continue;
    const AppProgress& progress = view.of(other);
    const double more = unheard_of(progress, from);
    // By the hour, since a quiet one takes requests too.
    for (WorldTime at = from; at < to; at += Seconds{3'600}) {
      const WorldTime next = std::min(to, at + Seconds{3'600});
      const auto time = static_cast<double>((next - at).count());
      const double in_time = time / static_cast<double>(age_when_listed(view).count());
      const double calls = more * progress.calls_offered.expected(at, next, progress.calls_per_second);
      requests += std::max(in_time, calls / kNewInOneAnswer);
    }
  }
  return requests;
}

double seconds_of_today(const View& view) {
  return static_cast<double>((last_of_today(view) + view.policy.lag - to_world(view.now)).count());
}

// Requests that pinned channels take until midnight, if they are asked for by name.
double reserved_for_pinned(const View& view, const AppPolicy& app) {
  const double times = 1 + seconds_of_today(view) / static_cast<double>(age_when_listed(view).count());
  return static_cast<double>(app.certain.channels.size()) * times;
}

}  // namespace

Seconds age_when_listed(const View& view) {
  return std::max(view.policy.lag - kPipeline - kListMargin, view.delay(Endpoint::call_lists) + Seconds{20});
}

Seconds longest_frame(const View& view, const AppPolicy& app) {
  const double rate = view.of(app).calls_per_second;
  const Seconds window = view.longest_window(Endpoint::call_lists);
  if (rate * static_cast<double>(window.count()) <= kNewInOneAnswer) return window;
  return std::max(Seconds{5}, Seconds{static_cast<Seconds::rep>(kNewInOneAnswer / rate)});
}

bool ListRoom::can_spare() const {
  constexpr double kMore = 1.2;
  return !limited || left > 2 + kMore * discovery;
}

bool ListRoom::falls_short() const { return !can_spare() && left - pinned < discovery; }

ListRoom list_room(const View& view, const AppPolicy& app) {
  if (view.account.plan.of(Endpoint::call_lists).per_day == 0) return {};
  return {true, static_cast<double>(view.left_today(Endpoint::call_lists, app)), discovery_today(view, app),
          reserved_for_pinned(view, app)};
}

WallTime paced(const View& view, const AppPolicy& app, const ListRoom& room) {
  const double left = room.left - room.pinned;
  if (left < 1) return view.now + Seconds{static_cast<Seconds::rep>(seconds_of_today(view))};
  const Seconds one = std::min(longest_frame(view, app), age_when_listed(view));
  const double times = room.discovery / left;
  return view.of(app).listed_at +
         Seconds{static_cast<Seconds::rep>(times * static_cast<double>(one.count()))};
}

}  // namespace agora_exporter::planner
