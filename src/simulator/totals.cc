#include <algorithm>
#include <limits>

#include "agora_exporter/simulator/truth.h"
#include "simulator/models.h"
#include "simulator/series.h"
#include "simulator/truth_rules.h"

namespace agora_exporter::simulator {
namespace {

constexpr std::uint32_t kAudioFreeze = 20005;
constexpr std::uint32_t kVideoFreeze = 20011;
constexpr std::uint32_t kObservedMids[] = {20010, 20016, 20018, 20022};

// "2.2.0.07_14" -> "2.2"
std::string major_minor(const std::string& version) {
  const std::size_t first = version.find('.');
  if (first == std::string::npos) return version;
  return version.substr(0, version.find('.', first + 1));
}

// A point q that follows p by at most 60 s adds q - p to playback and its value to freeze, at q.
void add_freeze(Series& series, std::int64_t a, std::int64_t b, double& playback, double& freeze) {
  std::int64_t previous = std::numeric_limits<std::int64_t>::min() / 2;
  std::int64_t seconds = 0;
  std::int64_t hundredths_of_ms = 0;  // both freeze mids have two decimals
  series.each(a - kLongestStep, b, [&](std::int64_t at, std::int64_t digits) {
    if (at > a && at - previous <= kLongestStep) {
      seconds += at - previous;
      hundredths_of_ms += digits;
    }
    previous = at;
  });
  playback += static_cast<double>(seconds);
  freeze += static_cast<double>(hundredths_of_ms) / 100'000.0;
}

void add_session(const World& world, const Call& call, std::size_t index, std::int64_t a, std::int64_t b,
                 TruthOptions options, TruthTotals& to) {
  const Session& s = call.sessions[index];
  const std::int64_t seconds = std::min(b, unix_seconds(s.left)) - std::max(a, unix_seconds(s.joined));
  if (seconds <= 0) return;
  SessionTotals& sums = to.sessions[{s.platform, s.network, major_minor(s.sdk_version)}];
  sums.session_seconds += static_cast<double>(seconds);
  for (const Stream& stream : world.streams(call, index)) {
    const Model& model = models()[stream.model];
    Series series(world.options(), s, stream);
    if (stream.mid == kAudioFreeze) {
      add_freeze(series, a, b, sums.audio_playback, sums.audio_freeze);
    } else if (stream.mid == kVideoFreeze) {
      add_freeze(series, a, b, sums.video_playback, sums.video_freeze);
    } else if (std::find(std::begin(kObservedMids), std::end(kObservedMids), stream.mid) !=
               std::end(kObservedMids)) {
      auto& values = to.observed[{s.platform, s.network, stream.mid}];
      series.each(a + 1, b, [&](std::int64_t, std::int64_t digits) {
        ++values[value_of(model, digits, options.percent_as_fraction)];
      });
    }
  }
}

}  // namespace

void add_totals(const World& world, std::string_view app_id, WorldTime a, WorldTime b, TruthOptions options,
                TruthTotals& to) {
  const std::int64_t from = unix_seconds(a);
  const std::int64_t until = unix_seconds(b);
  // A call that ends at b itself ends in (a, b]; one that was over at a is none of ours.
  for (const CallHead& head : world.active_in(app_id, a, b + Seconds{1})) {
    if (head.created > a && head.created <= b) ++to.calls_started;
    if (head.destroyed > a && head.destroyed <= b) {
      ++to.calls_ended;
      ++to.durations[(head.destroyed - head.created).count()];
    }
    const auto call = world.call(app_id, head.call_id);
    for (std::size_t i = 0; i < call->sessions.size(); ++i) {
      if (call->sessions[i].server_user && !options.server_users) continue;
      add_session(world, *call, i, from, until, options, to);
    }
  }
}

}  // namespace agora_exporter::simulator
