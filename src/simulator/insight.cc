// insight/usage/by_time and insight/quality/by_time.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "agora_exporter/agora/catalog.h"
#include "simulator/endpoints.h"
#include "simulator/random.h"

namespace agora_exporter::simulator {
namespace {

constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kDaySeconds = 86'400;

// The most that were there at once; `changes` are (instant, +1 or -1).
std::int64_t peak_of(std::vector<std::pair<std::int64_t, int>> changes) {
  std::sort(changes.begin(), changes.end());  // at one instant leaves come before joins
  std::int64_t now = 0;
  std::int64_t peak = 0;
  for (const auto& [at, change] : changes) peak = std::max(peak, now += change);
  return peak;
}

UsageStatistics count_usage(const Desk& desk, std::int64_t from, std::int64_t to) {
  UsageStatistics sum;
  std::vector<std::pair<std::int64_t, int>> channels;
  std::vector<std::pair<std::int64_t, int>> users;
  for (const CallHead& head : desk.world.active_in(desk.app_id, world_time(from), world_time(to))) {
    const auto call = desk.world.call(desk.app_id, head.call_id);
    ++sum.channels;
    channels.emplace_back(std::max(from, unix_seconds(head.created)), 1);
    channels.emplace_back(std::min(to, unix_seconds(head.destroyed)), -1);
    std::set<std::uint32_t> uids;
    for (const Session& s : call->sessions) {
      const std::int64_t begin = std::max(from, unix_seconds(s.joined));
      const std::int64_t end = std::min(to, unix_seconds(s.left));
      if (begin >= end) continue;
      uids.insert(s.uid);
      sum.sessions += unix_seconds(s.joined) >= from;
      sum.seconds += end - begin;
      (call->hash % 5 != 0 ? sum.video_seconds : sum.audio_seconds) += end - begin;
      users.emplace_back(begin, 1);
      users.emplace_back(end, -1);
    }
    sum.users += static_cast<std::int64_t>(uids.size());
  }
  sum.peak_channels = peak_of(std::move(channels));
  sum.peak_users = peak_of(std::move(users));
  return sum;
}

const UsageStatistics& usage_of(const Desk& desk, std::int64_t from, std::int64_t length) {
  constexpr std::size_t kMost = 512;
  if (desk.usage.size() > kMost) desk.usage.clear();
  const auto [found, fresh] = desk.usage.try_emplace({desk.app_id, from, length});
  if (fresh) found->second = count_usage(desk, from, from + length);
  return found->second;
}

std::int64_t usage_value(const Desk& desk, std::string_view metric, std::int64_t ts, std::int64_t length) {
  const UsageStatistics& u = usage_of(desk, ts, length);
  const std::int64_t unit = desk.readings.duration == DurationIn::minutes ? 60 : 1;
  if (metric == "userCount") return u.users;
  if (metric == "sessionCount") return u.sessions;
  if (metric == "channelCount") return u.channels;
  if (metric == "peakCurrentChannels") return u.peak_channels;
  if (metric == "peakCurrentUsers") return u.peak_users;
  if (metric == "totalDuration") return u.seconds / unit;
  return (metric == "totalVideoDuration" ? u.video_seconds : u.audio_seconds) / unit;
}

// In millionths.
std::int64_t quality_value(const Desk& desk, std::string_view metric, std::string_view product,
                           std::int64_t ts, std::int64_t length) {
  const std::uint64_t seed = desk.world.options().seed;
  const std::uint64_t key = join(stable_hash(metric, seed) ^ stable_hash(product) ^ stable_hash(desk.app_id),
                                 static_cast<std::uint64_t>(ts * 2 + (length == kHour)));
  const bool join_rate = metric.substr(0, 4) == "join";
  return join_rate ? 999'999 - static_cast<std::int64_t>(key % 60'000)
                   : static_cast<std::int64_t>(key % 90'000);
}

struct InsightQuery {
  Window window;
  std::string metric, product;
  std::int64_t length = kDaySeconds;
  bool quality = false;
};

std::variant<InsightQuery, Reply> query_of(const Desk& desk, const Parameters& parameters, bool quality) {
  InsightQuery q;
  q.quality = quality;
  const auto window = window_of(parameters, "startTs", "endTs");
  if (const auto* no = std::get_if<Reply>(&window)) return *no;
  q.window = std::get<Window>(window);
  const std::string* metric = parameters.find("metric");
  if (metric == nullptr || metric->empty()) return bad_parameter("metric", "can not be null");
  const auto words = quality ? agora::quality_metrics() : agora::usage_metrics();
  if (std::none_of(words.begin(), words.end(), [&](const auto& w) { return w.word == *metric; })) {
    return bad_parameter("metric", "is invalid");
  }
  q.metric = *metric;
  const std::string* granularity = parameters.find("aggregateGranularity");
  if (granularity == nullptr || granularity->empty())
    return bad_parameter("aggregateGranularity", "can not be null");
  if (*granularity != "1d" && !(*granularity == "1h" && desk.limits.hourly)) {
    return bad_parameter("aggregateGranularity", "is invalid");
  }
  if (*granularity == "1h") q.length = kHour;
  if (quality) {
    const std::string* product = parameters.find("productType");
    if (product == nullptr || product->empty()) return bad_parameter("productType", "can not be null");
    const auto* const known = std::find(std::begin(agora::kProducts), std::end(agora::kProducts), *product);
    if (known == std::end(agora::kProducts)) return bad_parameter("productType", "is invalid");
    q.product = *product;
  }
  return q;
}

void write_bucket(JsonText& to, const Desk& desk, const InsightQuery& q, std::int64_t ts, bool complete) {
  // Two days later a day is counted again; a bucket that is not complete holds what is known.
  const std::int64_t now = std::chrono::floor<Seconds>(desk.now.time_since_epoch()).count();
  const bool early =
      q.length == kDaySeconds && desk.readings.recalculated == YesNo::yes && now < ts + 2 * kDaySeconds;
  const std::int64_t percent = !complete ? 40 : early ? 97 : 100;
  to.open('{').name(q.metric);
  const std::uint64_t chance =
      join(stable_hash(q.metric) ^ stable_hash(q.product), static_cast<std::uint64_t>(ts));
  if (desk.world.options().unused_hours && q.quality && q.length == kHour && chance % 41 == 0) {
    to.raw("null,");  // nobody used the product in that hour
  } else if (q.quality) {
    to.fixed(quality_value(desk, q.metric, q.product, ts, q.length) * percent / 100, 6).raw(",");
  } else {
    to.number(usage_value(desk, q.metric, ts, q.length) * percent / 100).raw(",");
  }
  to.member("ts", ts).close('}').raw(",");
}

}  // namespace

Reply insight(const Desk& desk, const Parameters& parameters, bool quality) {
  const auto query = query_of(desk, parameters, quality);
  if (const auto* no = std::get_if<Reply>(&query)) return *no;
  const auto& q = std::get<InsightQuery>(query);
  if (auto no = check_window(desk.readings, desk.limits, desk.readings.insight_window, q.window, desk.now))
    return *no;
  JsonText body(desk.readings.trailing_commas == YesNo::yes);
  begin_success(body, desk.readings, desk.request_number);
  body.name("data").open('[');
  const bool too_short = desk.readings.short_insight_frame_empty == YesNo::yes &&
                         q.window.end - q.window.start < kDaySeconds - 1;
  // A day begins at 00:00 UTC by the text, at 16:00 UTC by the example's numbers.
  const std::int64_t phase =
      q.length == kDaySeconds && desk.readings.day_start == DayStart::utc_16 ? 16 * kHour : 0;
  const std::int64_t end = q.window.end + (desk.readings.hourly_ends == HourlyEnds::both ? 1 : 0);
  std::int64_t ts = (q.window.start - phase + q.length - 1) / q.length * q.length + phase;
  for (; ts < end && !too_short; ts += q.length) {
    const bool complete = ts + q.length <= desk.horizon();
    if (complete || desk.readings.incomplete_buckets == YesNo::yes) write_bucket(body, desk, q, ts, complete);
  }
  body.close(']').raw(",").close('}');
  return success(body);
}

}  // namespace agora_exporter::simulator
