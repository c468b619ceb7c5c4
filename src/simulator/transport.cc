#include "agora_exporter/simulator/transport.h"

#include <algorithm>
#include <utility>

#include "simulator/random.h"

namespace agora_exporter::simulator {
namespace {

constexpr Millis kSilence{10'000};  // HttpOptions: a transfer without a byte for this long ends

agora::HttpAnswer broken(const agora::HttpAnswer& answer, std::string why) {
  agora::HttpAnswer failed;
  failed.id = answer.id;
  failed.error = agora::ApiError::transport;
  failed.message = std::move(why);
  return failed;
}

}  // namespace

SimulatedTransport::SimulatedTransport(Simulator& simulator, ManualClock& clock, TransportOptions options)
    : simulator_(simulator), clock_(clock), options_(std::move(options)) {}

SimulatedTransport::~SimulatedTransport() {
  options_.on_event = nullptr;
  arrive_until(WallTime::max());
}

void SimulatedTransport::event(TransportEvent e) {
  ++events_;
  if (options_.on_event) options_.on_event(e, events_);
}

void SimulatedTransport::send(agora::HttpRequest request) {
  const std::int64_t spread = (options_.most_latency - options_.least_latency).count();
  Dice dice(join(join(options_.seed, 0x1a7e), sent_++));
  const Millis latency = options_.least_latency + Millis{dice.below(spread + 1)};
  UnderWay u;
  u.sent = clock_.now();
  u.arrives = u.sent + latency / 2;
  u.completes = u.sent + latency;
  u.request = std::move(request);
  under_way_.push_back(std::move(u));
  event(TransportEvent::sent);
}

void SimulatedTransport::arrive(UnderWay& u) {
  u.arrived = true;
  ApiAnswer answer = simulator_.handle({"GET", u.request.target, u.request.credentials}, u.arrives);
  u.answer.id = u.request.id;
  u.completes += answer.latency;
  const Millis silence = std::min<Millis>(kSilence, u.request.options.timeout);
  using Kind = http::Fault::Kind;
  if (answer.fault.kind == Kind::hang || u.completes - u.sent > silence) {
    u.completes = u.sent + silence;
    u.answer = broken(u.answer, "timed out: no byte came for " + agora_exporter::to_text(silence));
  } else if (answer.fault.kind == Kind::reset) {
    u.answer = broken(u.answer, "the connection was reset");
  } else if (answer.fault.kind != Kind::none) {
    u.answer = broken(u.answer, "the connection was closed before the end of the body");
  } else if (answer.body.size() > options_.body_cap) {
    u.answer.error = agora::ApiError::too_large;
    u.answer.message = "the body is longer than " + std::to_string(options_.body_cap) + " bytes";
  } else {
    u.answer.status = answer.status;
    u.answer.date = answer.date;
    u.answer.body = std::move(answer.body);
    for (const auto& [name, value] : answer.headers) {
      if (name == "Retry-After") u.answer.retry_after = Seconds{std::stoll(value)};
    }
  }
  event(TransportEvent::arrived);
}

// Requests that reach the server by `t`, in the order of their arrival.
void SimulatedTransport::arrive_until(WallTime t) {
  while (true) {
    UnderWay* next = nullptr;
    for (UnderWay& u : under_way_) {
      if (!u.arrived && u.arrives <= t && (next == nullptr || u.arrives < next->arrives)) next = &u;
    }
    if (next == nullptr) return;
    arrive(*next);
  }
}

std::vector<agora::HttpAnswer> SimulatedTransport::wait(WallTime until) {
  std::vector<agora::HttpAnswer> answers;
  if (woken_) {
    woken_ = false;
    until = clock_.now();
  }
  while (true) {
    // The next thing to happen: an arrival (it may bring its completion forward or put it off), or a
    // completion.
    WallTime arrival = WallTime::max();
    WallTime completion = WallTime::max();
    for (const UnderWay& u : under_way_) {
      if (u.arrived) {
        completion = std::min(completion, u.completes);
      } else {
        arrival = std::min(arrival, u.arrives);
      }
    }
    if (arrival <= until && arrival <= completion) {
      arrive_until(arrival);
      continue;
    }
    if (completion <= until) until = completion;
    break;
  }
  if (until > clock_.now()) clock_.set(until);
  while (true) {
    const auto done = std::find_if(under_way_.begin(), under_way_.end(), [&](const UnderWay& u) {
      return u.arrived && u.completes <= clock_.now();
    });
    if (done == under_way_.end()) return answers;
    event(TransportEvent::answered);
    answers.push_back(std::move(done->answer));
    under_way_.erase(done);
  }
}

}  // namespace agora_exporter::simulator
