#include "planner/day.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <numeric>

#include "agora_exporter/base/hash.h"

namespace agora_exporter::rehearsal {
namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(mix(seed + 1)) {}
  double unit() {
    state_ += 0x9e3779b97f4a7c15ULL;
    return unit_interval(mix(state_));
  }
  double exponential(double mean) { return -std::log(1 - unit()) * mean; }
  std::int64_t below(std::int64_t n) {
    return std::min<std::int64_t>(n - 1, static_cast<std::int64_t>(unit() * static_cast<double>(n)));
  }

 private:
  std::uint64_t state_;
};

double seconds_of(Seconds s) { return static_cast<double>(s.count()); }

// Relative to the mean of the day: 0.5 at 03:00, 1.5 at 15:00.
double rate_at(WorldTime t) {
  const double hour = seconds_of(t.time_since_epoch() % kDay) / 3'600;
  return 1 - 0.5 * std::cos((hour - 3) / 12 * std::numbers::pi);
}

WorldTime draw_start(const Volume& volume, Span span, Dice& dice) {
  if (volume.spike && dice.unit() < 2.0 / 3) {
    const std::int64_t days = (span.end - span.begin) / kDay;
    return span.begin + kDay * dice.below(std::max<std::int64_t>(1, days)) +
           Seconds{28'800 + dice.below(3'600)};
  }
  for (;;) {
    const WorldTime t = span.begin + Seconds{dice.below((span.end - span.begin).count())};
    if (!volume.rhythm || dice.unit() * 1.5 < rate_at(t)) return t;
  }
}

int draw_users(const Volume& volume, Dice& dice) {
  if (!volume.users_vary) return std::max(2, static_cast<int>(std::lround(volume.users)));
  const double more = std::max(0.0, volume.users - 2);
  if (more == 0) return 2;
  const double stop = 1 / (1 + more);
  return 2 + static_cast<int>(std::log(1 - dice.unit()) / std::log(1 - stop));
}

Seconds draw_duration(const Volume& volume, Dice& dice) {
  if (!volume.duration_varies) return volume.duration;
  const double shortest = 60;
  return Seconds{
      std::llround(shortest + dice.exponential(std::max(1.0, seconds_of(volume.duration) - shortest)))};
}

Call draw_call(const Volume& volume, WorldTime created, Dice& dice) {
  Call call;
  call.created = created;
  const int users = draw_users(volume, dice);
  call.destroyed = created + draw_duration(volume, dice);
  const Seconds length = call.destroyed - call.created;
  for (int i = 0; i < users; ++i) {
    Session session{static_cast<std::uint32_t>(1'000 + i), created, call.destroyed};
    // The first two stay, so that the call is as long as it was drawn.
    if (i >= 2 && volume.churn && dice.unit() < 1.0 / 3) {
      const Seconds part{1 + dice.below(std::max<std::int64_t>(1, length.count() / 2))};
      if (dice.unit() < 0.5) {
        session.joined += part;
      } else {
        session.left -= part;
      }
    }
    call.sessions.push_back(session);
  }
  std::stable_sort(call.sessions.begin(), call.sessions.end(),
                   [](const Session& a, const Session& b) { return a.joined < b.joined; });
  return call;
}

}  // namespace

std::size_t Call::session_of(std::string_view sid) const {
  std::size_t index = sessions.size();
  if (sid.size() > id.size() + 1 && sid.starts_with(id))
    std::from_chars(sid.data() + id.size() + 1, sid.data() + sid.size(), index);
  return std::min(index, sessions.size());
}

double Call::mean_users() const {
  double seconds = 0;
  for (const Session& session : sessions) seconds += seconds_of(session.left - session.joined);
  return seconds / std::max(1.0, seconds_of(destroyed - created));
}

double Call::peak_users() const {
  std::vector<WorldTime> leaves;
  for (const Session& session : sessions) leaves.push_back(session.left);
  std::sort(leaves.begin(), leaves.end());
  std::size_t gone = 0, peak = 0;
  for (std::size_t joined = 0; joined < sessions.size(); ++joined) {
    while (leaves[gone] <= sessions[joined].joined) ++gone;
    peak = std::max(peak, joined + 1 - gone);
  }
  return static_cast<double>(peak);
}

Call with_users_of(const Call& other, Call call) {
  const double stretched =
      seconds_of(call.destroyed - call.created) / std::max(1.0, seconds_of(other.destroyed - other.created));
  const auto place = [&](WorldTime t) {
    return call.created + Seconds{std::llround(stretched * seconds_of(t - other.created))};
  };
  call.sessions = other.sessions;
  for (Session& session : call.sessions) {
    session.joined = place(session.joined);
    session.left = place(session.left);
  }
  return call;
}

double session_seconds(const App& app, Span span) {
  double sum = 0;
  for (const Call& call : app.calls)
    for (const Session& session : call.sessions)
      sum +=
          std::max(0.0, seconds_of(std::min(session.left, span.end) - std::max(session.joined, span.begin)));
  return sum;
}

double session_seconds(const World& world, Span span) {
  return std::transform_reduce(world.apps.begin(), world.apps.end(), 0.0, std::plus<>(),
                               [&](const App& app) { return session_seconds(app, span); });
}

App make_app(const std::string& app_id, const Volume& volume, Span span, std::uint64_t seed) {
  Dice dice(stable_hash(app_id, seed));
  App app{app_id, {}};
  const double days = seconds_of(span.end - span.begin) / seconds_of(kDay);
  const auto count = static_cast<std::size_t>(std::llround(volume.calls_per_day * days));
  std::vector<WorldTime> starts(count);
  for (WorldTime& start : starts) start = draw_start(volume, span, dice);
  std::sort(starts.begin(), starts.end());
  app.calls.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Call& call = app.calls.emplace_back(draw_call(volume, starts[i], dice));
    call.id = app_id + "-" + std::to_string(i);
    call.channel = "channel-" + std::to_string(i % static_cast<std::size_t>(volume.channels));
  }
  return app;
}

}  // namespace agora_exporter::rehearsal
