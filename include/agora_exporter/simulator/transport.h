// The network seam in virtual time: requests go to a Simulator in the same process.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "agora_exporter/agora/transport.h"
#include "agora_exporter/simulator/simulator.h"

namespace agora_exporter::simulator {

enum class TransportEvent { sent, arrived, answered };

struct TransportOptions {
  // An answer takes a pseudo-random time between these from send() to its delivery; half of it is the way
  // there.
  Millis least_latency{20};
  Millis most_latency{300};
  std::uint64_t seed = 1;
  std::size_t body_cap = agora::kMaxBody;  // longer bodies become ApiError::too_large
  // Called at each event with the count of events so far (from 1). A test may throw from it: the crash of the
  // process at that event. `sent`: the request is on its way. `answered`: just before wait() would return it.
  std::function<void(TransportEvent, std::uint64_t)> on_event;
};

// Single thread. A request is handled by the simulator at its time of arrival. Requests still under way when
// the transport is destroyed (a crash) reach the server all the same.
class SimulatedTransport final : public agora::Transport {
 public:
  SimulatedTransport(Simulator& simulator, ManualClock& clock, TransportOptions options = {});
  ~SimulatedTransport() override;

  void send(agora::HttpRequest request) override;
  // Moves the clock to the next answer or to `until`, whichever comes first.
  std::vector<agora::HttpAnswer> wait(WallTime until) override;
  void wake() override { woken_ = true; }

 private:
  struct UnderWay {
    agora::HttpRequest request;
    WallTime sent, arrives, completes;
    bool arrived = false;
    agora::HttpAnswer answer;
  };
  void arrive(UnderWay& u);
  void arrive_until(WallTime t);
  void event(TransportEvent e);

  Simulator& simulator_;
  ManualClock& clock_;
  TransportOptions options_;
  std::vector<UnderWay> under_way_;
  std::uint64_t sent_ = 0;
  std::uint64_t events_ = 0;
  bool woken_ = false;
};

}  // namespace agora_exporter::simulator
