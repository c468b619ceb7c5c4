#include "timeline/random_facts.h"

#include <algorithm>

namespace agora_exporter::timeline::test {
namespace {

constexpr std::int64_t kSids = 14;
// Lives overlap and follow one another: the k-th session joins at about k x 700 s.
std::int64_t join_of(std::int64_t k) { return k * 700 - 900; }
std::int64_t length_of(std::int64_t k) { return 200 + k * 997 % 4000; }

}  // namespace

TimelineOptions RandomFacts::options() {
  TimelineOptions options = one_app();
  options.apps[0].insight = {
      {agora::Endpoint::insight_usage, agora::Granularity::day, Seconds{5 * 86'400 / 4}, {"userCount"}, {""}},
      {agora::Endpoint::insight_usage, agora::Granularity::hour, Seconds{3 * 3600}, {"sessionCount"}, {""}}};
  return options;
}

std::vector<agora::Facts> RandomFacts::make(std::int64_t until) {
  std::vector<agora::Facts> all;
  for (std::int64_t r = 0; r < until; r += below(60)) {
    const auto kind = below(10);
    all.push_back(kind < 3 ? listing(r) : kind < 8 ? points(r) : kind < 9 ? list(r) : insight(r));
  }
  return all;
}

agora::Facts RandomFacts::listing(std::int64_t replayed) {
  std::vector<agora::SessionEntry> entries;
  const std::int64_t now = replayed + kLag - 300;
  for (std::int64_t k = 0; k < kSids; ++k) {
    if (join_of(k) > now || !chance(60)) continue;
    Entry entry("sid-" + std::to_string(k), join_of(k));
    static const char* const kNetworks[] = {"wifi", "4g", "", "lan"};
    entry.on(kNetworks[chance(90) ? k % 4 : below(4)], k % 3 == 0 ? "iOS" : "Android");
    const std::int64_t leave = join_of(k) + length_of(k);
    if (leave < now && (!contradictory_ || chance(80))) entry.leaves(leave);
    if (contradictory_ && chance(3)) entry.finished = true;
    entries.push_back(entry);
  }
  const std::uint32_t booked = ticket();
  agora::Facts f = sessions(replayed, booked, entries, chance(70) ? now : now - below(3000),
                            "call-" + std::to_string(below(2)));
  f.asked.inclusion = inclusion();
  return f;
}

double RandomFacts::inclusion() {
  static const double kInclusions[] = {1, 0.6, 0.37, 0.2};
  return kInclusions[below(4)];
}

Points RandomFacts::stream(const std::string& sid, std::int64_t replayed) {
  static const std::uint32_t kMids[] = {20001, 20005, 20011, 20016, 20018, 20022, 20010, 20003, 29999};
  Points stream{sid, kMids[below(9)], 0, {}};
  if (chance(70)) stream.peer_uid = 1 + static_cast<std::uint32_t>(below(3));
  const std::int64_t k = std::stoll(sid.substr(4));
  std::int64_t t = std::max(join_of(k) - below(6), chance(20) ? std::int64_t{-2000} : replayed - below(200));
  t -= t % 2;
  const std::int64_t end = std::min(join_of(k) + length_of(k) + below(6), replayed + kLag - 300 - below(600));
  while (t < end) {
    stream.points.emplace_back(t, static_cast<double>(below(100'000)) / 1000.0);
    t += chance(97) ? 2 : 2 * below(40);
  }
  if (chance(20)) std::shuffle(stream.points.begin(), stream.points.end(), random_);
  return stream;
}

agora::Facts RandomFacts::points(std::int64_t replayed) {
  std::vector<Points> streams;
  for (auto n = 1 + below(4); n > 0; --n) {
    const std::string sid = "sid-" + std::to_string(below(kSids));
    for (auto m = 1 + below(3); m > 0; --m) streams.push_back(stream(sid, replayed));
  }
  const std::uint32_t booked = ticket();
  agora::Facts f =
      metrics(replayed, booked, streams, replayed - below(300), replayed + kLag - 300 - below(600));
  f.skipped_points = below(3);
  return f;
}

agora::Facts RandomFacts::list(std::int64_t replayed) {
  std::vector<agora::CallEntry> entries;
  for (std::int64_t k = 0; k < 10; ++k) {
    const std::int64_t created = k * 900 - 500;
    const std::int64_t now = replayed + kLag - 60;
    if (created > now || !chance(70)) continue;
    const std::int64_t destroyed = created + length_of(k + 3);
    const std::string id = "call-" + std::to_string(k);
    agora::CallEntry& entry =
        entries.emplace_back(destroyed < now && (!contradictory_ || chance(80)) ? call(id, created, destroyed)
                                                                                : call(id, created));
    if (chance(50)) entry.audio_freeze_ratio = static_cast<double>(below(100)) / 1000.0;
    if (chance(50)) entry.mean_users = 1 + static_cast<double>(below(40)) / 10.0;
  }
  const std::uint32_t booked = ticket();
  agora::Facts f = calls(replayed, booked, entries);
  f.asked.inclusion = inclusion();
  return f;
}

agora::Facts RandomFacts::insight(std::int64_t replayed) {
  const bool daily = chance(50);
  const std::int64_t length = daily ? 86'400 : 3600;
  const std::int64_t first = (kZero + replayed + kLag) / length * length - kZero - (daily ? 2 : 5) * length;
  std::vector<std::pair<std::int64_t, std::optional<double>>> buckets;
  for (int i = 0; i < 4; ++i) {
    if (!chance(70)) continue;
    buckets.emplace_back(first + i * length,
                         chance(85) ? std::optional(static_cast<double>(below(50))) : std::nullopt);
  }
  const std::uint32_t booked = ticket();
  return usage(replayed, booked, daily ? "userCount" : "sessionCount", buckets,
               daily ? agora::Granularity::day : agora::Granularity::hour);
}

}  // namespace agora_exporter::timeline::test
