// Playback and freeze of each session and peer against the simulated world, over the pages of a run.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/simulator/world.h"
#include "system/truth_check.h"

namespace agora_exporter::system_tests {

// Reads the world's points from page to page, so pages must come in the order of R.
class CounterCheck {
 public:
  CounterCheck(const simulator::World& world, std::string app_id)
      : world_(world), app_id_(std::move(app_id)) {}

  // Equality where the exporter had the stream's first point in time. Else the page may lack what came before
  // it looked: never more than the world's, and what it lacks stays what it was.
  void compare(const timeline::World& page, const simulator::Truth& truth, const TruthOptions& options,
               Difference& to);

  // Seconds, as the page shows them.
  struct Shown {
    double played = 0, frozen = 0;
  };

 private:
  struct Counted {
    std::int64_t played = 0;             // seconds
    std::int64_t hundredths_frozen = 0;  // of a millisecond: both freeze mids have two decimals
  };
  struct Stream {
    simulator::Stream stream;
    WorldTime read_until;
    std::optional<WorldTime> first, newest;
    Counted counted;
    std::optional<Shown> lacks;  // on the page, once it had all points in time
  };
  struct Known {
    std::shared_ptr<const simulator::Call> call;
    std::size_t index = 0;
    std::vector<Stream> streams;
  };
  Known find(const simulator::TruthSession& session) const;
  void read(const Known& session, Stream& stream, WorldTime until) const;

  static bool holds(Stream& stream, const Shown& shown, bool in_time, WorldTime points_after);

  const simulator::World& world_;
  const std::string app_id_;
  std::map<std::string, Known> known_;  // by sid: those of the last page
};

}  // namespace agora_exporter::system_tests
