#include "planner/insight_days.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <tuple>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/base/hash.h"
#include "agora_exporter/planner/decide.h"
#include "agora_exporter/quota/arithmetic.h"
#include "planner/api.h"

namespace agora_exporter::rehearsal {
namespace {

using agora::Endpoint;
using agora::Granularity;

constexpr Endpoint kSources[] = {Endpoint::insight_usage, Endpoint::insight_quality};
constexpr Seconds kHour{3'600};
constexpr Millis kLatency{300};
constexpr int kDaysBefore = 12;  // what a cold start has in hand, or has not, is gone by then
const WorldTime kMidnight = world_time(1772409600);  // 2026-03-02 00:00 UTC

Seconds length_of(Granularity granularity) { return granularity == Granularity::day ? kDay : kHour; }

planner::Policy policy_of(const InsightDays& options) {
  planner::Policy policy;
  planner::AccountPolicy& account = policy.accounts.emplace_back();
  account.name = "account";
  account.plan = *agora::find_plan(options.plan);
  policy.lag = quota::automatic_lag(std::span(&account.plan, 1));
  const int usage = static_cast<int>(agora::usage_metrics().size()) * options.apps;
  const int quality =
      static_cast<int>(agora::quality_metrics().size() * std::size(agora::kProducts)) * options.apps;
  const Seconds daily =
      quota::insight_lag(account.plan.of(Endpoint::insight_usage), Granularity::day, {usage, 0});
  const Seconds hourly =
      quota::insight_lag(account.plan.of(Endpoint::insight_quality), Granularity::hour, {0, quality});
  for (int i = 0; i < options.apps; ++i) {
    planner::AppPolicy& app = account.apps.emplace_back();
    app.app_id = app.name = "app-" + std::to_string(i + 1);
    app.calls = false;
    for (const agora::InsightMetric& metric : agora::usage_metrics())
      app.rows.push_back({{Endpoint::insight_usage, Granularity::day, std::string(metric.word), ""}, daily});
    for (const agora::InsightMetric& metric : agora::quality_metrics())
      for (const std::string_view product : agora::kProducts)
        app.rows.push_back(
            {{Endpoint::insight_quality, Granularity::hour, std::string(metric.word), std::string(product)},
             hourly});
  }
  return policy;
}

World world_of(const planner::Policy& policy) {
  World world;
  for (const planner::AppPolicy& app : policy.accounts.front().apps) {
    App& known = world.apps.emplace_back();
    known.app_id = app.app_id;
  }
  return world;
}

ApiOptions limits_of(const agora::Plan& plan) {
  ApiOptions options;
  options.plan = plan;
  return options;
}

// Limits as call search has them, by Api; what it lacks is buckets, and one failure a day.
class InsightApi {
 public:
  InsightApi(const InsightDays& options, const planner::Policy& policy, const World& world)
      : options_(options), plan_(policy.accounts.front().plan), api_(world, limits_of(plan_)) {
    for (const planner::AppPolicy& app : policy.accounts.front().apps)
      for (const planner::RowPolicy& row : app.rows) ++rows_[row.key.source];
  }

  agora::Body answer(const agora::Request& request, WallTime now) {
    const Endpoint endpoint = agora::endpoint_of(request);
    agora::Body body = api_.answer(request, now);
    if (std::holds_alternative<agora::Refusal>(body)) return body;
    const std::int64_t day = utc_day(now);
    if (fails(endpoint, day)) {
      ++failed_[{endpoint, day}];
      return agora::Refusal{agora::ApiError::server_error, 500, {}, std::nullopt};
    }
    return buckets(request, now);
  }

  int failed(Endpoint endpoint, std::int64_t day) const {
    const auto found = failed_.find({endpoint, day});
    return found == failed_.end() ? 0 : found->second;
  }
  const Api& limits() const { return api_; }

 private:
  // Which request of the day: drawn from as many as the rows need on average. On some days there are fewer.
  bool fails(Endpoint endpoint, std::int64_t day) const {
    if (!options_.failing || failed(endpoint, day) > 0) return false;
    const std::string which = std::string(agora::name_of(endpoint)) + " " + std::to_string(day);
    const agora::Limits& limits = plan_.of(endpoint);
    const int rows = rows_.at(endpoint);
    const int most = std::min(rows / quota::days_a_request(limits, {0, rows}), limits.per_day);
    return api_.on_day(endpoint, day) > unit_interval(stable_hash(which, options_.seed)) * most;
  }

  // Those that are over, of the frame asked for.
  agora::InsightRow buckets(const agora::Request& request, WallTime now) const {
    const agora::Frame& frame = agora::frame_of(request);
    const auto* quality = std::get_if<agora::QualityQuery>(&request.query);
    const Seconds length = length_of(quality ? quality->granularity : Granularity::day);
    const WorldTime known_to = to_world(now) - plan_.of(agora::endpoint_of(request)).delay;
    const Seconds rest = frame.start.time_since_epoch() % length;
    agora::InsightRow row;
    for (WorldTime ts = rest == Seconds{0} ? frame.start : frame.start - rest + length; ts <= frame.end;
         ts += length)
      if (ts + length <= known_to && (ts < frame.end || options_.both_ends)) row.buckets.push_back({ts, 0.5});
    return row;
  }

  const InsightDays& options_;
  const agora::Plan plan_;
  Api api_;
  std::map<Endpoint, int> rows_;
  std::map<std::pair<Endpoint, std::int64_t>, int> failed_;
};

class Days {
 public:
  explicit Days(const InsightDays& options)
      : options_(options),
        policy_(policy_of(options)),
        world_(world_of(policy_)),
        api_(options_, policy_, world_) {
    const planner::AccountPolicy& account = policy_.accounts.front();
    progress_.emplace(policy_);
    quotas_.clocks[account.name];
    for (const Endpoint endpoint : agora::kEndpoints)
      quotas_.meters.try_emplace({account.scope_of(account.apps.front()), endpoint},
                                 account.plan.of(endpoint));
  }

  std::map<Endpoint, InsightResult> run() {
    WallTime now = to_wall(begin_ - kDaysBefore * kDay) + Seconds{60};
    while (now < to_wall(end_)) {
      for (; !flying_.empty() && flying_.front().due <= now; flying_.pop_front()) take(flying_.front(), now);
      WallTime next = std::min(to_wall(end_), send_what_is_due(now));
      if (!flying_.empty()) next = std::min(next, flying_.front().due);
      now = std::max(next, now + Millis{1});
    }
    return {{kSources[0], result(kSources[0])}, {kSources[1], result(kSources[1])}};
  }

 private:
  using Row = std::pair<std::string, planner::RowKey>;  // of an app
  struct Flying {
    planner::Ask ask;
    agora::Ticket ticket;
    WallTime sent, due;
    agora::Body body;
  };

  WallTime send_what_is_due(WallTime now) {
    for (;;) {
      planner::Decision decision = planner::decide(policy_, *progress_, quotas_, in_flight_, now);
      if (const auto* wait = std::get_if<planner::Wait>(&decision)) return wait->until;
      planner::Ask ask = std::move(std::get<planner::Ask>(decision));
      const agora::Ticket ticket = meter(ask).book(quotas_.clocks.begin()->second, now);
      in_flight_.insert(ask.subjects.begin(), ask.subjects.end());
      agora::Body body = api_.answer(ask.request, now + kLatency / 2);
      flying_.push_back({std::move(ask), ticket, now, now + kLatency, std::move(body)});
    }
  }

  void take(const Flying& flying, WallTime now) {
    for (const std::string& subject : flying.ask.subjects) in_flight_.erase(subject);
    meter(flying.ask).answered(flying.ticket, now);
    quotas_.clocks.begin()->second.learn(flying.sent, now,
                                         unix_seconds(to_world(flying.sent + kLatency / 2)));
    if (const auto* row = std::get_if<agora::InsightRow>(&flying.body)) receive(flying.ask, *row, now);
    progress_->apply(agora::Facts{{flying.ask.account->name, flying.ask.request, flying.ticket, flying.sent,
                                   now, to_world(now) - policy_.lag, 1.0},
                                  flying.body,
                                  false,
                                  0});
  }

  void receive(const planner::Ask& ask, const agora::InsightRow& answer, WallTime now) {
    const auto* usage = std::get_if<agora::UsageQuery>(&ask.request.query);
    const auto* quality = std::get_if<agora::QualityQuery>(&ask.request.query);
    const planner::RowKey key =
        usage ? planner::RowKey{Endpoint::insight_usage, usage->granularity, usage->metric, ""}
              : planner::RowKey{Endpoint::insight_quality, quality->granularity, quality->metric,
                                quality->product};
    const Seconds delay = ask.account->plan.of(key.source).delay;
    for (const agora::Bucket& bucket : answer.buckets)
      if (agora::is_over(bucket.ts, key.granularity, agora::frame_of(ask.request), now, delay))
        in_hand_[{ask.app->app_id, key}].try_emplace(bucket.ts, now);
  }

  quota::Meter& meter(const planner::Ask& ask) {
    return quotas_.meter(ask.account->scope_of(*ask.app), agora::endpoint_of(ask.request));
  }

  // Of the buckets that the page comes to show in the days.
  double obtained(const Row& row, Seconds lag) const {
    const auto of_row = in_hand_.find(row);
    if (of_row == in_hand_.end()) return 0;
    return static_cast<double>(
        std::count_if(of_row->second.begin(), of_row->second.end(), [&](const auto& bucket) {
          const WorldTime shown = bucket.first + lag;
          return shown >= begin_ && shown < end_ && bucket.second <= to_wall(shown);
        }));
  }

  // What the requests of a day bring at most, less those that failed on it.
  double obtainable(Endpoint endpoint, const InsightResult& result) const {
    const agora::Limits& limits = policy_.accounts.front().plan.of(endpoint);
    const double days_a_request = static_cast<double>(limits.longest_window / kDay);
    const double of_a_request = endpoint == Endpoint::insight_usage
                                    ? days_a_request
                                    : 24 * days_a_request + (options_.both_ends ? 1 : 0);
    double sum = 0;
    for (int day = 0; day < options_.days; ++day) {
      const int good = limits.per_day - api_.failed(endpoint, utc_day(to_wall(begin_ + day * kDay)));
      sum += std::min(result.wanted / options_.days, good * of_a_request);
    }
    return sum;
  }

  InsightResult result(Endpoint endpoint) const {
    InsightResult result;
    result.least_of_a_row = 1;
    for (const planner::AppPolicy& app : policy_.accounts.front().apps) {
      for (const planner::RowPolicy& row : app.rows) {
        if (row.key.source != endpoint) continue;
        ++result.rows;
        result.lag = row.lag;
        const double wanted = static_cast<double>(options_.days * (kDay / length_of(row.key.granularity)));
        const double have = obtained({app.app_id, row.key}, row.lag);
        result.wanted += wanted;
        result.obtained += have;
        result.of_app[app.app_id] += have;
        if (have == 0) continue;
        ++result.followed;
        result.least_of_a_row = std::min(result.least_of_a_row, have / wanted);
      }
    }
    for (int day = 0; day < options_.days; ++day) {
      const std::int64_t utc = utc_day(to_wall(begin_ + day * kDay));
      result.requests += api_.limits().on_day(endpoint, utc);
      result.failed += api_.failed(endpoint, utc);
    }
    result.refused = api_.limits().count(endpoint).refused;
    result.most_per_day = api_.limits().count(endpoint).most_per_day;
    result.obtainable = obtainable(endpoint, result);
    return result;
  }

  const InsightDays options_;
  const planner::Policy policy_;
  const World world_;
  InsightApi api_;
  std::optional<planner::Progress> progress_;
  quota::Quotas quotas_;
  planner::InFlight in_flight_;
  std::deque<Flying> flying_;  // by due: the latency is constant
  const WorldTime begin_ = kMidnight + kDaysBefore * kDay, end_ = begin_ + options_.days * kDay;
  std::map<Row, std::map<WorldTime, WallTime>> in_hand_;  // when it came first
};

}  // namespace

std::map<Endpoint, InsightResult> insight_days(const InsightDays& options) { return Days(options).run(); }

}  // namespace agora_exporter::rehearsal
