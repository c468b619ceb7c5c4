#include "timeline/stream.h"

#include "agora_exporter/agora/catalog.h"

namespace agora_exporter::timeline {
namespace {

struct Freeze {
  Playback TotalsSet::*total;
  Estimated played, frozen;
};
constexpr Freeze kAudio{&TotalsSet::audio, Estimated::audio_playback, Estimated::audio_freeze};
constexpr Freeze kVideo{&TotalsSet::video, Estimated::video_playback, Estimated::video_freeze};

// Design, "playback and freeze": a point that follows the last by 60 s at most adds the time between them and
// its value; a run's first point adds neither.
void count_freeze(Stream& stream, const Freeze& freeze, const Sinks& sinks) {
  stream.counting = true;
  if (stream.next == 0) return;
  const std::uint32_t gap = stream.points.time(stream.next) - stream.points.time(stream.next - 1);
  if (gap > kGapSeconds) return;
  const double frozen = stream.points.value(stream.next) * stream.factor;
  stream.counted.played += gap;
  stream.counted.frozen.add(frozen);
  Playback& total = sinks.totals->*freeze.total;
  total.played += gap * sinks.weight;
  total.frozen.add(frozen * static_cast<double>(sinks.weight));
  if (sinks.amounts == nullptr) return;
  amount(*sinks.amounts, freeze.played) += gap * kThousandths;
  amount(*sinks.amounts, freeze.frozen) += thousandths(frozen);
}

void observe(const Stream& stream, Observed observed, const Sinks& sinks) {
  const double value = stream.points.value(stream.next) * stream.factor;
  sinks.observed->histograms[static_cast<std::size_t>(observed)].observe(bounds_of(observed), value,
                                                                         sinks.weight);
  if (sinks.amounts != nullptr) amount(*sinks.amounts, points_of(observed)) += kThousandths;
}

}  // namespace

Part part_of(std::uint32_t mid) {
  switch (mid) {
    case agora::kAudioFreezeMid:
      return Part::audio_freeze;
    case agora::kVideoFreezeMid:
      return Part::video_freeze;
    case agora::kAudioLossMid:
      return Part::audio_loss;
    case agora::kVideoLossMid:
      return Part::video_loss;
    case agora::kRoundTripMid:
      return Part::round_trip;
    case agora::kVideoFramesMid:
      return Part::video_frames;
    default:
      return Part::none;
  }
}

std::optional<Observed> observed_of(Part part) {
  switch (part) {
    case Part::audio_loss:
      return Observed::audio_loss;
    case Part::video_loss:
      return Observed::video_loss;
    case Part::round_trip:
      return Observed::round_trip;
    case Part::video_frames:
      return Observed::video_frames;
    case Part::none:
    case Part::audio_freeze:
    case Part::video_freeze:
      break;
  }
  return std::nullopt;
}

void pass_points(Stream& stream, std::uint32_t r, const Sinks& sinks) {
  const std::optional<Observed> histogram = observed_of(stream.part);
  const bool counted = histogram ? sinks.observed != nullptr : sinks.totals != nullptr;
  if (!counted) {
    stream.next = stream.points.first_after(r);
    return;
  }
  const Column& points = stream.points;
  for (; stream.next < points.size() && points.time(stream.next) <= r; ++stream.next) {
    if (histogram) {
      observe(stream, *histogram, sinks);
    } else {
      count_freeze(stream, stream.part == Part::audio_freeze ? kAudio : kVideo, sinks);
    }
  }
}

}  // namespace agora_exporter::timeline
