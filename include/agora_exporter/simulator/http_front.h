// The simulated API over real HTTP.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/log.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/simulator/simulator.h"

namespace agora_exporter::simulator {

// Serves the API and, as JSON and without credentials, GET /truth?appid=&ts=[&server_users=true] and GET
// /counters until destroyed. The simulator is used by the server's thread only while this lives; `clock` and
// `log` must outlive it.
class HttpFront {
 public:
  static Result<std::unique_ptr<HttpFront>> start(Simulator& simulator, std::vector<std::string> listen,
                                                  const Clock& clock, Log& log);
  virtual ~HttpFront() = default;
  virtual std::vector<std::string> addresses() const = 0;  // "127.0.0.1:43121"
};

}  // namespace agora_exporter::simulator
