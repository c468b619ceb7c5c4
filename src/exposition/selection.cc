#include "exposition/selection.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "agora_exporter/agora/catalog.h"

namespace agora_exporter::exposition {
namespace {

constexpr std::size_t kSeriesOfText = 2;  // info and join time

bool chosen(const PageOptions& options, std::uint32_t mid) {
  return options.mids.empty() ||
         std::find(options.mids.begin(), options.mids.end(), mid) != options.mids.end();
}

// Series shown of each session.
std::vector<std::size_t> count_series(const timeline::World& world, const Selection& selection) {
  std::vector<std::size_t> of_session(world.sessions.size(), kSeriesOfText);
  for (std::size_t mid = 0; mid < world.values.size() && mid < selection.mids.size(); ++mid) {
    if (!selection.mids[mid]) continue;
    const auto& column = world.values[mid];
    for (std::size_t row = 0; row < column.size() && row < world.rows.size(); ++row) {
      if (!std::isnan(column[row])) ++of_session[world.rows[row].session];
    }
  }
  for (const auto& row : world.rows) {
    const auto add = [&](bool shown, double value) {
      of_session[row.session] += shown && !std::isnan(value);
    };
    add(selection.audio_counters, row.audio_playback);
    add(selection.audio_counters, row.audio_freeze);
    add(selection.video_counters, row.video_playback);
    add(selection.video_counters, row.video_freeze);
  }
  for (const auto i : selection.unknown) ++of_session[world.rows[world.unknown_mids[i].row].session];
  return of_session;
}

// Keeps of selection.sessions what fits into max_series.
void hide(const timeline::World& world, std::size_t max_series, Selection& selection) {
  const auto series = count_series(world, selection);
  if (std::accumulate(series.begin(), series.end(), std::size_t{0}) <= max_series) return;

  auto& sessions = selection.sessions;
  const auto rank = [&](std::uint32_t i) {
    const auto& text = *world.sessions[i].text;
    return std::tie(text.hash, text.sid, text.app, text.call_id);
  };
  std::sort(sessions.begin(), sessions.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
  std::size_t kept = 0, sum = 0;
  while (kept < sessions.size() && sum + series[sessions[kept]] <= max_series)
    sum += series[sessions[kept++]];
  selection.hidden = sessions.size() - kept;
  sessions.resize(kept);
}

}  // namespace

Selection select(const timeline::World& world, const PageOptions& options) {
  Selection selection;
  for (const auto& mid : agora::mids()) selection.mids.push_back(chosen(options, mid.id));
  selection.audio_counters = chosen(options, agora::kAudioFreezeMid);
  selection.video_counters = chosen(options, agora::kVideoFreezeMid);
  if (!options.sessions) return selection;

  for (std::uint32_t i = 0; i < world.unknown_mids.size(); ++i) {
    if (chosen(options, world.unknown_mids[i].mid)) selection.unknown.push_back(i);
  }
  selection.sessions.resize(world.sessions.size());
  std::iota(selection.sessions.begin(), selection.sessions.end(), 0U);
  hide(world, options.max_series, selection);

  const auto order = [&](std::uint32_t a, std::uint32_t b) {
    const auto& x = *world.sessions[a].text;
    const auto& y = *world.sessions[b].text;
    return std::tie(x.app, x.call_id, x.sid) < std::tie(y.app, y.call_id, y.sid);
  };
  auto& sessions = selection.sessions;
  if (!std::is_sorted(sessions.begin(), sessions.end(), order))
    std::sort(sessions.begin(), sessions.end(), order);
  return selection;
}

}  // namespace agora_exporter::exposition
