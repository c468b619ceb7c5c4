// The Agora Analytics API as the specification states it, and as strict, over a procedural world.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agora_exporter/agora/plans.h"
#include "agora_exporter/agora/transport.h"
#include "agora_exporter/base/time.h"
#include "agora_exporter/http/server.h"
#include "agora_exporter/simulator/faults.h"
#include "agora_exporter/simulator/readings.h"
#include "agora_exporter/simulator/world.h"

namespace agora_exporter::simulator {

inline constexpr std::string_view kDefaultCustomerId = "simulated-customer";
inline constexpr std::string_view kDefaultCustomerSecret = "simulated-secret";

struct SimulatorOptions {
  WorldOptions world;  // its apps are those of the one account
  agora::Plan plan;    // default_options() takes it from agora::plans()
  agora::Credentials credentials{std::string(kDefaultCustomerId), std::string(kDefaultCustomerSecret)};
  Readings readings;
  Faults faults;
  std::size_t body_cap =
      agora::kMaxBody + 1;  // bodies are not made longer than about this: the reader gave up
};
// `plan`: "standard", "premium" or "enterprise"; aborts on another.
SimulatorOptions default_options(std::string_view plan);

struct ApiRequest {
  std::string method = "GET";
  std::string target;  // path and query
  std::optional<agora::Credentials> credentials;
};

struct ApiAnswer {
  int status = 200;
  http::Headers headers;  // Content-Type, Retry-After
  std::string body;
  http::Fault fault;
  Millis latency{0};      // on top of the transport's own
  std::int64_t date = 0;  // the Date header: the server's clock, Unix seconds
};

// What was asked in one quota scope of one endpoint: every authenticated request counts here, refused or not.
struct Usage {
  agora::Limits limits;
  std::uint64_t requests = 0;
  int most_per_second = 0, most_per_minute = 0, most_per_day = 0;  // in UTC windows of the server
  int most_in_any_second = 0, most_in_any_minute = 0;              // sliding: (t - 1 s, t], (t - 60 s, t]
};

struct Counters {
  std::map<std::pair<std::string, agora::Endpoint>, Usage> usage;  // scope: "" = the account, else the app id
  std::map<std::pair<int, std::string>, std::uint64_t>
      answers;  // (code, message); a fault without a body: (0, its name)
  std::uint64_t of_code(int code) const;
  // In words, every count that is above its limit; empty = none.
  std::vector<std::string> above_limits() const;
};
// GET /counters
std::string to_json(const Counters& counters);

// One thread. `now` should not go back by more than a few seconds from call to call.
class Simulator {
 public:
  explicit Simulator(SimulatorOptions options);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // The request reaches the server when the clock given to it reads `now`.
  ApiAnswer handle(const ApiRequest& request, WallTime now);

  const World& world() const;
  const SimulatorOptions& options() const;
  const Counters& counters() const;
  // Tests may change what goes wrong, and the limits, while it runs.
  Faults& faults();
  agora::Plan& plan();
  Millis skew() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agora_exporter::simulator
