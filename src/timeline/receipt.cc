#include "timeline/receipt.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "agora_exporter/base/hash.h"
#include "timeline/column.h"

namespace agora_exporter::timeline {
namespace {

constexpr std::int64_t kDaysRemembered = 4;

std::uint64_t hash_number(std::uint64_t h, std::int64_t n) {
  return mix(h ^ mix(static_cast<std::uint64_t>(n)));
}

std::uint64_t identity_of(const agora::Asked& asked) {
  std::uint64_t h = stable_hash(agora::target_of(asked.request));
  h = stable_hash(asked.account, h);
  h = hash_number(h, asked.ticket.day);
  h = hash_number(h, asked.ticket.ordinal);
  return hash_number(h, unix_seconds(asked.replayed));
}

std::uint64_t ticket_number(const agora::Ticket& ticket) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(ticket.day, 0)) << 32 | ticket.ordinal;
}

// Copies one stream behind what `out` holds; the later of a repeated instant stays.
class StreamCopy {
 public:
  StreamCopy(const agora::PointSet& from, std::int64_t latest, PointBatch& out)
      : from_(from), latest_(latest), out_(out) {}

  // `keep_from`: earlier points serve nothing any more, and only tell when the session was alive.
  void copy(const agora::Stream& stream, std::int64_t keep_from) {
    SidPoints& sid = out_.sids[stream.sid];
    agora::Stream copied = stream;
    copied.begin = static_cast<std::uint32_t>(out_.times.size());
    const std::uint32_t begin =
        std::min<std::uint32_t>(stream.begin, static_cast<std::uint32_t>(from_.times.size()));
    const std::uint32_t end = std::min<std::uint32_t>(
        stream.end, static_cast<std::uint32_t>(std::min(from_.times.size(), from_.values.size())));
    if (is_ascending(begin, end)) {
      copy_ascending(begin, end, keep_from, sid);
    } else {
      copy_unsorted(begin, end, keep_from, sid);
    }
    copied.end = static_cast<std::uint32_t>(out_.times.size());
    if (copied.end > copied.begin) out_.streams.push_back(copied);
  }

 private:
  std::int64_t time(std::uint32_t i) const { return unix_seconds(from_.times[i]); }
  bool is_ascending(std::uint32_t begin, std::uint32_t end) const {
    for (std::uint32_t i = begin + 1; i < end; ++i) {
      if (from_.times[i] <= from_.times[i - 1]) return false;
    }
    return begin >= end || (time(begin) > 0 && time(end - 1) <= latest_);
  }
  void copy_ascending(std::uint32_t begin, std::uint32_t end, std::int64_t keep_from, SidPoints& sid) {
    if (begin >= end) return;
    sid.newest = std::max(sid.newest, time(end - 1));
    while (begin < end && time(begin) < keep_from) ++begin;
    for (std::uint32_t i = begin; i < end; ++i) out_.times.push_back(static_cast<std::uint32_t>(time(i)));
    out_.values.insert(out_.values.end(), from_.values.begin() + begin, from_.values.begin() + end);
  }
  void copy_unsorted(std::uint32_t begin, std::uint32_t end, std::int64_t keep_from, SidPoints& sid) {
    order_.resize(end - begin);
    std::iota(order_.begin(), order_.end(), begin);
    std::ranges::stable_sort(order_, {}, [this](std::uint32_t i) { return from_.times[i]; });
    for (std::size_t k = 0; k < order_.size(); ++k) {
      const std::int64_t t = time(order_[k]);
      if (t <= 0 || t > latest_) {
        ++out_.beyond_reason;
        continue;
      }
      sid.newest = std::max(sid.newest, t);
      const bool repeated = k + 1 < order_.size() && time(order_[k + 1]) == t;
      if (repeated || t < keep_from) continue;
      out_.times.push_back(static_cast<std::uint32_t>(t));
      out_.values.push_back(from_.values[order_[k]]);
    }
  }

  const agora::PointSet& from_;
  std::int64_t latest_;
  PointBatch& out_;
  std::vector<std::uint32_t> order_;
};

PointBatch batch_of(const agora::Asked& asked, const agora::PointSet& points, std::int64_t at) {
  PointBatch batch;
  if (const auto* query = std::get_if<agora::CallMetricsQuery>(&asked.request.query))
    batch.call_id = query->call_id;
  for (const std::string& sid : points.sids) batch.sids.push_back({sid, 0});
  // Some servers leave out the sids of which they have nothing.
  if (const auto* query = std::get_if<agora::CallMetricsQuery>(&asked.request.query)) {
    for (const std::string& sid : query->sids)
      if (std::ranges::find(points.sids, sid) == points.sids.end()) batch.sids.push_back({sid, 0});
  }
  batch.times.reserve(points.times.size());
  batch.values.reserve(points.values.size());
  const std::int64_t latest =
      std::min<std::int64_t>(unix_seconds(to_world(asked.received_at) + kDay), UINT32_MAX);
  // What came before R stood at `at` (after a restore) is neither counted nor called late any more.
  const std::int64_t replayed = unix_seconds(asked.replayed);
  const std::int64_t keep_from = replayed < at ? at - std::int64_t{kGapSeconds} : 0;
  StreamCopy copy(points, latest, batch);
  for (const agora::Stream& stream : points.streams) {
    if (stream.sid < batch.sids.size()) copy.copy(stream, keep_from);
  }
  if (batch.times.size() < points.times.size() / 2) {
    batch.times.shrink_to_fit();
    batch.values.shrink_to_fit();
  }
  return batch;
}

InsightAnswer insight_of(const agora::Request& request, const agora::InsightRow& row) {
  InsightAnswer answer;
  answer.source = agora::endpoint_of(request);
  answer.buckets = row.buckets;
  if (const auto* usage = std::get_if<agora::UsageQuery>(&request.query)) {
    answer.granularity = usage->granularity;
    answer.metric = usage->metric;
  } else if (const auto* quality = std::get_if<agora::QualityQuery>(&request.query)) {
    answer.granularity = quality->granularity;
    answer.metric = quality->metric;
    answer.product = quality->product;
  }
  return answer;
}

}  // namespace

void Inbox::take(const agora::Facts& facts, std::size_t app, std::int64_t at) {
  const agora::Asked& asked = facts.asked;
  Receipt receipt;
  const ReceiptKey key{unix_seconds(asked.replayed), !std::holds_alternative<agora::CallList>(facts.body),
                       ticket_number(asked.ticket), identity_of(asked)};
  const std::int64_t day = utc_day(asked.replayed);
  if (day < forgotten_before_) return;
  if (const auto seen = seen_.find(day); seen != seen_.end() && seen->second.contains(key.identity)) return;

  if (const auto* calls = std::get_if<agora::CallList>(&facts.body)) {
    receipt.body = *calls;
  } else if (const auto* page = std::get_if<agora::SessionPage>(&facts.body)) {
    const auto* query = std::get_if<agora::CallSessionsQuery>(&asked.request.query);
    receipt.body = Listing{query ? query->call_id : std::string(), page->sessions};
  } else if (const auto* points = std::get_if<agora::PointSet>(&facts.body)) {
    receipt.body = batch_of(asked, *points, at);
  } else if (const auto* row = std::get_if<agora::InsightRow>(&facts.body)) {
    receipt.body = insight_of(asked.request, *row);
  } else {
    return;
  }
  receipt.replayed = key.replayed;
  receipt.ticket = key.ticket;
  receipt.received = asked.received_at;
  receipt.asked = to_world(asked.asked_at);
  receipt.app = app;
  receipt.inclusion = asked.inclusion;
  receipt.frame = agora::frame_of(asked.request);
  receipt.malformed_points = static_cast<std::uint64_t>(std::max<std::int64_t>(facts.skipped_points, 0));
  seen_[day].insert(key.identity);
  waiting_.emplace(key, std::move(receipt));
}

bool Inbox::pop(std::int64_t r, Receipt& out) {
  if (waiting_.empty() || waiting_.begin()->first.replayed >= r) return false;
  out = std::move(waiting_.begin()->second);
  waiting_.erase(waiting_.begin());
  return true;
}

void Inbox::forget(std::int64_t at) {
  const std::int64_t before = utc_day(world_time(at)) - kDaysRemembered;
  forgotten_before_ = std::max(forgotten_before_, before);
  seen_.erase(seen_.begin(), seen_.lower_bound(forgotten_before_));
}

WallTime Inbox::oldest(WallTime otherwise) const {
  for (const auto& [key, receipt] : waiting_) otherwise = std::min(otherwise, receipt.received);
  return otherwise;
}

}  // namespace agora_exporter::timeline
