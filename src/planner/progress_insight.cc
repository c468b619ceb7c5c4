// What insight answers teach: which buckets have been asked for, and at what hour the vendor's days begin.
#include <algorithm>

#include "planner/context.h"
#include "planner/insight_slots.h"

namespace agora_exporter::planner {

void Progress::apply_row(const Context& at, const agora::InsightRow& answer) {
  RowProgress* row = at.row_asked_about();
  if (!row) return;
  const agora::Frame& frame = agora::frame_of(at.facts.asked.request);
  row->failures_that_day = 0;
  row->failed_day = -1;
  const WorldTime end = frame.start + std::chrono::ceil<std::chrono::days>(frame.end - frame.start);
  const auto is_over = [&](WorldTime ts) {
    return agora::is_over(ts, at.row_key().granularity, frame, at.facts.asked.received_at,
                          at.account.plan.of(at.endpoint).delay);
  };
  if (at.row_key().granularity == agora::Granularity::hour) {
    WorldTime covered = end;
    // Both ends of the frame, on servers of today: the hour that begins where it ends is had for nothing.
    for (const agora::Bucket& bucket : answer.buckets) {
      if (bucket.ts != end || !is_over(bucket.ts)) continue;
      at.endpoint_state.both_ends = true;
      covered = end + kHour;
    }
    row->covered_to = std::max(row->covered_to.value_or(frame.start), covered);
    return;
  }
  std::optional<std::int64_t>& known = daily_phase[at.account.name];
  if (!answer.buckets.empty()) known = unix_seconds(answer.buckets.front().ts) % kDay.count();
  if (!known) known = 0;  // no data at all: midnight, until an answer tells otherwise
  const std::int64_t phase = *known;
  const WorldTime first = next_at_phase(frame.start - Seconds{1}, phase);
  // One that was still filling is asked for again.
  if (!is_over(first)) return;
  WorldTime bucket = first;  // the last of the frame
  while (bucket + kDay < end && is_over(bucket + kDay)) bucket += kDay;
  const auto policy = std::find_if(at.app.rows.begin(), at.app.rows.end(),
                                   [&](const RowPolicy& p) { return p.key == at.row_key(); });
  const bool in_slot =
      policy != at.app.rows.end() && to_world(at.facts.asked.asked_at) >= first + policy->lag - kDailySlot;
  if (!row->asked_for || (first > *row->asked_for + kDay)) {
    row->asked_since = first;
  } else if (row->asked_since && bucket + kDay >= *row->asked_since) {
    row->asked_since = std::min(*row->asked_since, first);
  }
  if (!row->asked_for || bucket > *row->asked_for) {
    row->asked_for = bucket;
    row->in_slot = in_slot;
  } else if (bucket == *row->asked_for) {
    row->in_slot = row->in_slot || in_slot;
  }
}

}  // namespace agora_exporter::planner
