#include "timeline/world_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>

#include "agora_exporter/agora/catalog.h"

namespace agora_exporter::timeline::test {
namespace {

std::string histogram(const Histogram& h) {
  return fmt::format("{} sum {} count {}", h.buckets, h.sum, h.count);
}

void write_app(const AppWorld& app, ProcessCounters counters, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "app {} active {} unknown {} started {} ended {} weight {} duration {}\n", app.app,
                 app.active_calls, app.calls_end_unknown, app.calls_started, app.calls_ended,
                 app.session_weight, histogram(app.call_duration));
  fmt::format_to(to, "  call freezes {} {} errors {}\n", histogram(app.call_audio_freeze),
                 histogram(app.call_video_freeze),
                 app.standard_errors.value_or(std::array<double, kEstimatedCount>{}));
  for (const InsightSeries& s : app.insight) {
    fmt::format_to(to, "  insight {} {} {} {} {} {}\n", name_of(s.source), name_of(s.granularity), s.metric,
                   s.product, unix_seconds(s.bucket), s.value);
  }
  for (const InsightLag& lag : app.insight_lags) {
    fmt::format_to(to, "  lag {} {} {}", name_of(lag.source), name_of(lag.granularity), lag.lag.count());
    if (counters == ProcessCounters::with) fmt::format_to(to, " {}", lag.buckets);
    out += '\n';
  }
  if (counters == ProcessCounters::without) return;
  fmt::format_to(to, "  seconds {} dropped {}\n", app.session_seconds, app.points_dropped);
}

void write_sessions(const World& world, std::string& out) {
  auto to = std::back_inserter(out);
  for (const SessionView& s : world.sessions) {
    const SessionText& t = *s.text;
    fmt::format_to(to, "session {} {} {} {} {} {} {} {} {} {} {} joined {} rows {}+{}\n", t.app, t.channel,
                   t.call_id, t.sid, t.uid, t.network, t.platform, t.sdk_version, t.device_type, t.speaker,
                   t.hash, unix_seconds(s.joined), s.first_row, s.rows);
  }
  for (std::size_t i = 0; i < world.rows.size(); ++i) {
    const Row& row = world.rows[i];
    fmt::format_to(to, "row {} session {} peer {} counters {} {} {} {}", i, row.session, row.peer_uid,
                   row.audio_playback, row.audio_freeze, row.video_playback, row.video_freeze);
    for (std::size_t mid = 0; mid < world.values.size(); ++mid) {
      const double v = world.values[mid][i];
      if (v == v) fmt::format_to(to, " {}={}", agora::mids()[mid].id, v);
    }
    out += '\n';
  }
  for (const UnknownMid& u : world.unknown_mids)
    fmt::format_to(to, "unknown {} {} {}\n", u.row, u.mid, u.value);
}

}  // namespace

std::string text_of(const World& world, ProcessCounters counters) {
  std::string out = fmt::format("at {}\n", unix_seconds(world.at));
  auto to = std::back_inserter(out);
  for (const AppWorld& app : world.apps) write_app(app, counters, out);
  write_sessions(world, out);
  for (const Totals& t : world.totals) {
    fmt::format_to(to, "totals {} {} {} {}: {} {} {} {} {}\n", t.app, t.platform, t.network, t.sdk_version,
                   t.session_seconds, t.audio_playback, t.audio_freeze, t.video_playback, t.video_freeze);
  }
  for (const ObservedTotals& o : world.observed) {
    fmt::format_to(to, "observed {} {} {}:", o.app, o.platform, o.network);
    for (const Histogram& h : o.histograms) fmt::format_to(to, " [{}]", histogram(h));
    out += '\n';
  }
  for (const ActiveSessions& a : world.active_sessions) {
    fmt::format_to(to, "active {} {} {} {}\n", a.app, a.platform, a.network, a.count);
  }
  return out;
}

}  // namespace agora_exporter::timeline::test
