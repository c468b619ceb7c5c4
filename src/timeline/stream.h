// One stream of a session, (mid, peer), and what R has counted of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "timeline/column.h"
#include "timeline/estimates.h"
#include "timeline/totals.h"

namespace agora_exporter::timeline {

// Which counters a mid feeds.
enum class Part : std::uint8_t {
  none,
  audio_freeze,
  video_freeze,
  audio_loss,
  video_loss,
  round_trip,
  video_frames
};
Part part_of(std::uint32_t mid);
std::optional<Observed> observed_of(Part part);

inline constexpr std::size_t kUnknownIndex = SIZE_MAX;

struct Stream {
  std::uint32_t peer_uid = 0;
  std::uint32_t mid = 0;
  std::size_t mid_index = kUnknownIndex;  // in agora::mids(), or kUnknownIndex
  Part part = Part::none;
  double factor = 1.0;  // from the JSON's number to the page's

  Column points;
  std::uint32_t known_until =
      0;                 // points up to here came before: a repetition is neither late nor outside again
  std::size_t next = 0;  // the first point that R has not passed; kept for streams with a part only

  bool counting = false;  // R has passed a point of it
  Playback counted;       // for the freeze mids
};

// Streams are kept in the order of the page's rows: by peer, then mid.
constexpr std::uint64_t stream_key(std::uint32_t peer_uid, std::uint32_t mid) {
  return std::uint64_t{peer_uid} << 32 | mid;
}
constexpr std::uint64_t stream_key(const Stream& stream) { return stream_key(stream.peer_uid, stream.mid); }

// Where the points of a session count. Null: nowhere.
struct Sinks {
  TotalsSet* totals = nullptr;
  ObservedSet* observed = nullptr;
  std::uint64_t weight = 1;    // for how many sessions it stands in the sets
  Amounts* amounts = nullptr;  // of this one alone
};

// Counts the points of `stream` that lie in (stream.next, r]. Where their set is null they are moved past
// uncounted.
void pass_points(Stream& stream, std::uint32_t r, const Sinks& sinks);

}  // namespace agora_exporter::timeline
