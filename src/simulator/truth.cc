#include "agora_exporter/simulator/truth.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "simulator/models.h"
#include "simulator/series.h"
#include "simulator/truth_rules.h"

namespace agora_exporter::simulator {
namespace {

// The newest point at or before r and the first after it, as far as the design's rule looks.
struct Around {
  std::optional<std::pair<std::int64_t, std::int64_t>> before, after;
};

Around around(Series& series, std::int64_t r) {
  Around found;
  series.each(r - kLongestStep, r + kLongestStep, [&](std::int64_t at, std::int64_t digits) {
    if (at <= r) {
      found.before = {at, digits};
    } else if (!found.after) {
      found.after = {at, digits};
    }
  });
  return found;
}

std::int64_t first_point(Series& series, const Stream& stream, std::int64_t until) {
  for (std::int64_t from = unix_seconds(stream.spans.front().begin); from <= until; from += 120) {
    std::optional<std::int64_t> first;
    series.each(from, std::min(from + 119, until), [&](std::int64_t at, std::int64_t) {
      if (!first) first = at;
    });
    if (first) return *first;
  }
  return until;
}

}  // namespace

double value_of(const Model& model, std::int64_t digits, bool percent_as_fraction) {
  double scale = 1;
  const int decimals = model.decimals + (model.percent && percent_as_fraction ? 2 : 0);
  for (int i = 0; i < decimals; ++i) scale *= 10;
  return static_cast<double>(digits) / scale;
}

Truth truth_at(const World& world, std::string_view app_id, WorldTime r, TruthOptions options) {
  Truth truth;
  truth.at = r;
  const std::int64_t now = unix_seconds(r);
  for (const CallHead& head : world.active_in(app_id, r, r + Seconds{1})) {
    truth.calls.push_back({head.call_id, head.channel, head.created, head.destroyed});
    const auto call = world.call(app_id, head.call_id);
    for (std::size_t i = 0; i < call->sessions.size(); ++i) {
      const Session& s = call->sessions[i];
      if (s.joined > r || s.left <= r || (s.server_user && !options.server_users)) continue;
      const std::size_t place = truth.sessions.size();
      truth.sessions.push_back({head.call_id, head.channel, head.created, s});
      for (const Stream& stream : world.streams(*call, i)) {
        Series series(world.options(), s, stream);
        const Around points = around(series, now);
        if (!points.before) continue;
        const auto [p, digits] = *points.before;
        const bool shown = now - p <= kShownFor || (points.after && points.after->first - p <= kLongestStep);
        if (!shown) continue;
        const double value = value_of(models()[stream.model], digits, options.percent_as_fraction);
        truth.series.push_back({place, stream.mid, stream.peer_uid, value, world_time(p),
                                world_time(first_point(series, stream, p))});
      }
    }
  }
  return truth;
}

}  // namespace agora_exporter::simulator
