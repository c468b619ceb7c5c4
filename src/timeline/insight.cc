#include "timeline/insight.h"

#include <algorithm>

#include "agora_exporter/agora/catalog.h"

namespace agora_exporter::timeline {
namespace {

// The vendor recalculates a day two days later; a change after that is no news any more.
constexpr std::int64_t kRememberSeconds = 4 * 86'400;

// So close to the look-back's end nothing is asked for any more.
constexpr std::int64_t kReachMargin = 10;

std::int64_t length_of(agora::Granularity granularity) {
  return granularity == agora::Granularity::day ? 86'400 : 3'600;
}

std::int64_t floor_to(std::int64_t t, std::int64_t length, std::int64_t phase) {
  const std::int64_t rest = ((t - phase) % length + length) % length;
  return t - rest;
}

bool is_duration(agora::Endpoint source, std::string_view metric) {
  const auto table =
      source == agora::Endpoint::insight_usage ? agora::usage_metrics() : agora::quality_metrics();
  return std::ranges::any_of(table,
                             [&](const agora::InsightMetric& m) { return m.word == metric && m.duration; });
}

}  // namespace

InsightStore::InsightStore(const Rules& rules, std::int64_t start) : rules_(rules) {
  for (std::size_t app = 0; app < rules_.options.apps.size(); ++app) {
    const AppOptions& options = rules_.options.apps[app];
    counts_.emplace_back(options.insight.size());
    for (std::size_t entry = 0; entry < options.insight.size(); ++entry) {
      const InsightShown& shown = options.insight[entry];
      for (const std::string& metric : shown.metrics) {
        for (const std::string& product : shown.products) {
          Row& row = rows_.emplace_back();
          row.app = app;
          row.entry = entry;
          row.metric = metric;
          row.product = product;
          row.factor = is_duration(shown.source, metric) && !options.duration_in_seconds ? 60.0 : 1.0;
          row.length = length_of(shown.granularity);
          row.ahead = (rules_.options.lag - shown.lag).count();
          row.lag = shown.lag.count();
          row.look_back = shown.look_back.count();
          row.delay = shown.delay;
          row.passed = start;
        }
      }
    }
  }
}

InsightStore::Row* InsightStore::find(std::size_t app, agora::Endpoint source, agora::Granularity granularity,
                                      const std::string& metric, const std::string& product) {
  for (Row& row : rows_) {
    if (row.app != app || row.metric != metric || row.product != product) continue;
    const InsightShown& entry = rules_.options.apps[app].insight[row.entry];
    if (entry.source == source && entry.granularity == granularity) return &row;
  }
  return nullptr;
}

std::uint64_t& InsightStore::counter(const Row& row, BucketOutcome outcome) {
  return counts_[row.app][row.entry][static_cast<std::size_t>(outcome)];
}

void InsightStore::fold(const InsightAnswer& answer, const Receipt& receipt, std::int64_t now) {
  Row* row = find(receipt.app, answer.source, answer.granularity, answer.metric, answer.product);
  if (row == nullptr) return;
  pass(*row, now);
  for (const agora::Bucket& told : answer.buckets) {
    const std::int64_t ts = unix_seconds(told.ts);
    if (!agora::is_over(told.ts, answer.granularity, receipt.frame, receipt.received, row->delay)) continue;
    const auto [it, added] = row->buckets.try_emplace(ts);
    Bucket& bucket = it->second;
    if (!added && receipt.ticket < bucket.ticket) continue;
    if (bucket.shown && bucket.value != told.value) ++counter(*row, BucketOutcome::revised);
    bucket.value = told.value;
    bucket.ticket = receipt.ticket;
    bucket.received = receipt.received;
    row->phase = floor_to(ts, row->length, 0) == ts ? 0 : ts - floor_to(ts, row->length, 0);
  }
}

InsightStore::Buckets::const_iterator InsightStore::due_bucket(const Row& row, std::int64_t due) {
  auto it = row.buckets.upper_bound(due);
  while (it != row.buckets.begin()) {
    --it;
    if (it->first + row.length <= due) break;
    if (it->second.value) return it;
  }
  return row.buckets.end();
}

// After a cold start, while the day that is due lies beyond the look-back: the next one.
InsightStore::Buckets::const_iterator InsightStore::early_bucket(const Row& row, std::int64_t due) {
  const auto none = row.buckets.end();
  if (row.on_time || row.length != length_of(agora::Granularity::day)) return none;
  const std::int64_t start = floor_to(due, row.length, row.phase);
  const bool within_reach = start > due + row.lag - row.look_back + kReachMargin;
  if (within_reach || row.buckets.contains(start)) return none;  // a null is an answer
  const auto next = row.buckets.find(start + row.length);
  return next != none && next->second.value ? next : none;
}

InsightStore::Buckets::const_iterator InsightStore::shown_bucket(const Row& row, std::int64_t due) {
  const auto on_time = due_bucket(row, due);
  return on_time != row.buckets.end() ? on_time : early_bucket(row, due);
}

void InsightStore::pass(Row& row, std::int64_t r) {
  if (r <= row.passed) return;
  const std::int64_t from = row.passed + row.ahead;  // instants due: (from, to]
  const std::int64_t to = r + row.ahead;
  const auto mark = [&](Bucket& bucket) {
    if (!bucket.shown) ++counter(row, BucketOutcome::shown);
    bucket.shown = true;
  };
  // An early bucket stays until it is due.
  for (const std::int64_t due : {from + 1, to})
    if (const auto shown = shown_bucket(row, due); shown != row.buckets.end())
      mark(row.buckets.at(shown->first));
  for (auto& [ts, bucket] : row.buckets) {
    if (!bucket.value || ts > to || ts + row.length <= from + 1) continue;
    mark(bucket);
    row.on_time = true;
  }
  count_missed(row, from, to);
  row.buckets.erase(row.buckets.begin(), row.buckets.lower_bound(to - row.length - kRememberSeconds));
  row.passed = r;
}

// Slots of the grid that ended in (from, to], were due in the time of this process only, and were never
// shown.
void InsightStore::count_missed(Row& row, std::int64_t from, std::int64_t to) {
  const std::int64_t first_end = floor_to(from, row.length, row.phase) + row.length;
  for (std::int64_t end = first_end; end <= to; end += row.length) {
    const std::int64_t start = end - row.length;
    if (start <= rules_.process_start + row.ahead) continue;
    const auto last = row.buckets.lower_bound(end);
    const bool shown = std::any_of(row.buckets.lower_bound(start), last,
                                   [](const auto& bucket) { return bucket.second.shown; });
    if (!shown) ++counter(row, BucketOutcome::missed);
  }
}

void InsightStore::pass(std::int64_t r) {
  for (Row& row : rows_) pass(row, r);
}

void InsightStore::show(std::int64_t r, std::vector<AppWorld>& apps) const {
  for (const Row& row : rows_) {
    const auto bucket = shown_bucket(row, r + row.ahead);
    if (bucket == row.buckets.end()) continue;
    const InsightShown& entry = rules_.options.apps[row.app].insight[row.entry];
    apps[row.app].insight.push_back({entry.source, entry.granularity, row.metric, row.product,
                                     world_time(bucket->first), *bucket->second.value * row.factor});
  }
  for (std::size_t app = 0; app < apps.size(); ++app) {
    for (std::size_t entry = 0; entry < counts_[app].size(); ++entry) {
      const InsightShown& shown = rules_.options.apps[app].insight[entry];
      apps[app].insight_lags.push_back({shown.source, shown.granularity, shown.lag, counts_[app][entry]});
    }
  }
}

WallTime InsightStore::needed_since(std::int64_t r, WallTime otherwise) const {
  for (const Row& row : rows_) {
    for (const auto& [ts, bucket] : row.buckets) {
      if (ts + row.length > r + row.ahead) otherwise = std::min(otherwise, bucket.received);
    }
  }
  return otherwise;
}

void InsightStore::save(CheckpointWriter& out) const {
  for (const Row& row : rows_) {
    if (!row.on_time) continue;
    const InsightShown& entry = rules_.options.apps[row.app].insight[row.entry];
    out.record("insight").text(rules_.ids[row.app]).text(agora::name_of(entry.source));
    out.text(agora::name_of(entry.granularity)).text(row.metric).text(row.product);
  }
}

bool InsightStore::load(const CheckpointRecord& record) {
  const std::string app = record.text(), source = record.text(), granularity = record.text();
  const std::string metric = record.text(), product = record.text();
  if (!record.complete()) return false;
  for (Row& row : rows_) {
    const InsightShown& entry = rules_.options.apps[row.app].insight[row.entry];
    if (rules_.ids[row.app] == app && agora::name_of(entry.source) == source &&
        agora::name_of(entry.granularity) == granularity && row.metric == metric && row.product == product) {
      row.on_time = true;
    }
  }
  return true;
}

void InsightStore::begin_process_counters() {
  for (auto& of_app : counts_) std::ranges::fill(of_app, std::array<std::uint64_t, 3>{});
}

void InsightStore::go_on_from(std::size_t app, const InsightLag& counted) {
  const auto& shown = rules_.options.apps[app].insight;
  for (std::size_t entry = 0; entry < shown.size(); ++entry)
    if (shown[entry].source == counted.source && shown[entry].granularity == counted.granularity)
      counts_[app][entry] = counted.buckets;
}

void InsightStore::restart_at(std::int64_t at) {
  for (Row& row : rows_) row.passed = at;
}

}  // namespace agora_exporter::timeline
