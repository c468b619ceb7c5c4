#include "system/truth_counters.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "agora_exporter/agora/catalog.h"

namespace agora_exporter::system_tests {
namespace {

constexpr Seconds kLongestStep{60};

using CounterKey = std::tuple<std::string, std::uint32_t, std::uint32_t>;  // sid, mid, peer

std::string words(const CounterKey& key) {
  const auto& [sid, mid, peer] = key;
  return "counters of sid " + sid + " mid " + std::to_string(mid) + " peer " + std::to_string(peer);
}

std::map<CounterKey, CounterCheck::Shown> shown_counters(const timeline::World& page,
                                                         const std::string& app) {
  std::map<CounterKey, CounterCheck::Shown> shown;
  for (const timeline::Row& row : page.rows) {
    const timeline::SessionText& text = *page.sessions[row.session].text;
    if (text.app != app) continue;
    const auto add = [&](std::uint32_t mid, double played, double frozen) {
      if (!std::isnan(played) || !std::isnan(frozen)) shown[{text.sid, mid, row.peer_uid}] = {played, frozen};
    };
    add(agora::kAudioFreezeMid, row.audio_playback, row.audio_freeze);
    add(agora::kVideoFreezeMid, row.video_playback, row.video_freeze);
  }
  return shown;
}

// Of sums of values with two decimals.
bool same(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b)); }

}  // namespace

CounterCheck::Known CounterCheck::find(const simulator::TruthSession& session) const {
  Known known;
  known.call = world_.call(app_id_, session.call_id);
  const auto it = std::ranges::find(known.call->sessions, session.session.sid, &simulator::Session::sid);
  known.index = static_cast<std::size_t>(it - known.call->sessions.begin());
  for (simulator::Stream& stream : world_.streams(*known.call, known.index)) {
    if (stream.mid != agora::kAudioFreezeMid && stream.mid != agora::kVideoFreezeMid) continue;
    Stream& added = known.streams.emplace_back();
    added.stream = std::move(stream);
    added.read_until = session.session.joined - Seconds{1};
  }
  return known;
}

// A point that follows the one before by 60 s at most adds the time between and its value; a run's first
// point adds neither.
void CounterCheck::read(const Known& session, Stream& stream, WorldTime until) const {
  for (const simulator::Point& point :
       world_.points(*session.call, session.index, stream.stream, stream.read_until + Seconds{1}, until)) {
    if (!stream.first) stream.first = point.at;
    if (stream.newest && point.at - *stream.newest <= kLongestStep) {
      stream.counted.played += (point.at - *stream.newest).count();
      stream.counted.hundredths_frozen += point.digits;
    }
    stream.newest = point.at;
  }
  stream.read_until = until;
}

// Where the page shows the stream: whether it may show just that.
bool CounterCheck::holds(Stream& stream, const Shown& shown, bool in_time, WorldTime points_after) {
  const auto played = static_cast<double>(stream.counted.played);
  const double frozen = static_cast<double>(stream.counted.hundredths_frozen) / 100'000.0;
  if (in_time && !stream.lacks) {
    const bool from_the_first = *stream.first > points_after;
    stream.lacks = from_the_first ? Shown{0, 0} : Shown{played - shown.played, frozen - shown.frozen};
  }
  // Written so that a half that is absent (not a number) fails too.
  const bool not_more = shown.played <= played && (shown.frozen <= frozen || same(shown.frozen, frozen));
  if (!stream.lacks) return not_more;
  return not_more && same(shown.played, played - stream.lacks->played) &&
         same(shown.frozen, frozen - stream.lacks->frozen);
}

void CounterCheck::compare(const timeline::World& page, const simulator::Truth& truth,
                           const TruthOptions& options, Difference& to) {
  std::map<CounterKey, CounterCheck::Shown> shown = shown_counters(page, options.app_name);
  std::map<std::string, Known> known;
  for (const simulator::TruthSession& session : truth.sessions) {
    const std::string& sid = session.session.sid;
    const auto before = known_.find(sid);
    Known& now = known[sid] = before == known_.end() ? find(session) : std::move(before->second);
    for (Stream& stream : now.streams) {
      read(now, stream, page.at);
      if (!stream.first) continue;  // if it is shown, it is left over below
      const bool in_time = is_expected(session, options) && *stream.newest > options.points_after;
      const CounterKey key{sid, stream.stream.mid, stream.stream.peer_uid};
      const auto found = shown.find(key);
      if (found == shown.end()) {
        if (in_time) to.missing.push_back(words(key) + " of call " + session.call_id);
        continue;
      }
      to.counters += 2;
      if (!holds(stream, found->second, in_time, options.points_after))
        to.wrong.push_back(words(key) + " are " + std::to_string(found->second.played) + " and " +
                           std::to_string(found->second.frozen) + ", of " +
                           std::to_string(stream.counted.played) + " and " +
                           std::to_string(stream.counted.hundredths_frozen) + " / 100000");
      shown.erase(found);
    }
  }
  for (const auto& [key, counters] : shown) to.wrong.push_back(words(key) + " are not there");
  known_ = std::move(known);
}

}  // namespace agora_exporter::system_tests
