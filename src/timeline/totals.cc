#include "timeline/totals.h"

#include <algorithm>

namespace agora_exporter::timeline {
void HistogramSum::observe(std::span<const double> bounds, double value, std::uint64_t weight) {
  buckets.resize(bounds.size() + 1);
  buckets[static_cast<std::size_t>(std::ranges::lower_bound(bounds, value) - bounds.begin())] += weight;
  sum.add(value * static_cast<double>(weight));
  count += weight;
}

void HistogramSum::save(std::size_t bounds, CheckpointWriter& out) const {
  for (const std::uint64_t n : snapshot(bounds).buckets) out.number(n);
  out.sum(sum).number(count);
}

void HistogramSum::load(std::size_t bounds, const CheckpointRecord& record) {
  buckets.resize(bounds + 1);
  for (std::uint64_t& n : buckets) n = record.number<std::uint64_t>();
  sum = record.sum();
  count = record.number<std::uint64_t>();
}

Histogram HistogramSum::snapshot(std::size_t bounds) const {
  Histogram histogram{buckets, sum.value(), count};
  histogram.buckets.resize(bounds + 1);
  return histogram;
}

std::span<const double> bounds_of(Observed observed) {
  switch (observed) {
    case Observed::round_trip:
      return kRoundTripBounds;
    case Observed::video_frames:
      return kFramesBounds;
    case Observed::audio_loss:
    case Observed::video_loss:
      break;
  }
  return kLossBounds;
}

void TotalsBook::show(const std::vector<std::string>& app_names, World& world) const {
  for (const auto& [labels, set] : totals_) {
    Totals& row = world.totals.emplace_back();
    row.app = app_names[labels.app];
    row.platform = labels.platform;
    row.network = labels.network;
    row.sdk_version = labels.sdk_version;
    row.session_seconds = static_cast<double>(set.session_seconds);
    row.audio_playback = static_cast<double>(set.audio.played);
    row.audio_freeze = set.audio.frozen.value();
    row.video_playback = static_cast<double>(set.video.played);
    row.video_freeze = set.video.frozen.value();
  }
  for (const auto& [labels, set] : observed_) {
    ObservedTotals& row = world.observed.emplace_back();
    row.app = app_names[labels.app];
    row.platform = labels.platform;
    row.network = labels.network;
    for (int i = 0; i < kObservedCount; ++i) {
      const auto index = static_cast<std::size_t>(i);
      row.histograms[index] = set.histograms[index].snapshot(bounds_of(static_cast<Observed>(i)).size());
    }
  }
}

void TotalsBook::save(const std::vector<std::string>& app_ids, CheckpointWriter& out) const {
  for (const auto& [labels, set] : totals_) {
    out.record("totals").text(app_ids[labels.app]).text(labels.platform).text(labels.network);
    out.text(labels.sdk_version).number(set.session_seconds);
    out.number(set.audio.played).sum(set.audio.frozen).number(set.video.played).sum(set.video.frozen);
  }
  for (const auto& [labels, set] : observed_) {
    out.record("observed").text(app_ids[labels.app]).text(labels.platform).text(labels.network);
    for (int i = 0; i < kObservedCount; ++i) {
      set.histograms[static_cast<std::size_t>(i)].save(bounds_of(static_cast<Observed>(i)).size(), out);
    }
  }
}

bool TotalsBook::load_totals(const std::map<std::string, std::size_t>& apps, const CheckpointRecord& record) {
  const auto app = apps.find(record.text());
  Labels labels;
  labels.platform = record.text();
  labels.network = record.text();
  labels.sdk_version = record.text();
  TotalsSet set;
  set.session_seconds = record.number<std::uint64_t>();
  set.audio.played = record.number<std::uint64_t>();
  set.audio.frozen = record.sum();
  set.video.played = record.number<std::uint64_t>();
  set.video.frozen = record.sum();
  if (!record.complete()) return false;
  if (app == apps.end()) return true;
  labels.app = app->second;
  return totals_.emplace(labels, set).second;
}

bool TotalsBook::load_observed(const std::map<std::string, std::size_t>& apps,
                               const CheckpointRecord& record) {
  const auto app = apps.find(record.text());
  Labels labels;
  labels.platform = record.text();
  labels.network = record.text();
  ObservedSet set;
  for (int i = 0; i < kObservedCount; ++i) {
    set.histograms[static_cast<std::size_t>(i)].load(bounds_of(static_cast<Observed>(i)).size(), record);
  }
  if (!record.complete()) return false;
  if (app == apps.end()) return true;
  labels.app = app->second;
  return observed_.emplace(labels, std::move(set)).second;
}

}  // namespace agora_exporter::timeline
