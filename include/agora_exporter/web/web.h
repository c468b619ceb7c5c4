// What the exporter serves: the page for Prometheus, its health, and a landing page for people.
//
//   GET /metrics     the page, gzip if accepted; 503 before there is one
//   GET /-/healthy   200 while the collector's last sign of life is younger than a minute
//   GET /-/ready     200 once the journal is replayed and R's calls have been asked for
//   GET /            for people
//   POST /-/reload   the configuration is read again; 403 unless that is allowed, 500 with what is wrong
//
// Answers are made of two published values and change nothing. Pages are rendered and compressed by a few
// workers, never in the event loop; a page asked for twice is made once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/log.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/exposition/page.h"
#include "agora_exporter/report/report.h"
#include "agora_exporter/timeline/world.h"
#include "agora_exporter/web/access.h"

namespace agora_exporter::web {

// The newest values; nullptr while there is none. Called in the event loop: they must not block.
struct Source {
  std::function<std::shared_ptr<const timeline::World>()> world;
  std::function<std::shared_ptr<const report::Report>()> report;
  // The last sign of life before there is a report, while the journal is replayed. Empty: the start is it.
  std::function<SteadyTime()> starting = {};
};

struct Options {
  std::vector<std::string> listen{":10469"};  // as http::ServerOptions::listen
  std::string telemetry_path = "/metrics";    // begins with '/'; "/" takes the landing page's place
  exposition::PageOptions page;
  std::string version;
  std::shared_ptr<const Access> access;  // nullptr: plain HTTP for everybody
  std::string health_listen;  // as one of `listen`: health alone, plain and for everybody; empty = none
  // Reads the configuration again and says how that went, from any thread. Called in the event loop: must not
  // block. Empty: not allowed.
  using Reloaded = std::function<void(Result<void>)>;
  std::function<void(Reloaded)> reload;
  std::size_t workers = 2;
  std::size_t queue = 16;  // pages waiting for a worker; beyond them 503
};

class Web {
 public:
  // Serves at once. `clock` and `log` must outlive it.
  static Result<std::unique_ptr<Web>> start(const Options& options, Source source, const Clock& clock,
                                            Log& log);
  virtual ~Web() = default;
  // As bound: "127.0.0.1:43121".
  virtual std::vector<std::string> addresses() const = 0;
  // From the next page, and the next connection or request on. From any thread.
  virtual void set_page(const exposition::PageOptions& page) = 0;
  virtual void set_access(std::shared_ptr<const Access> access) = 0;
  // Lets running answers end for at most `grace`. One thread calls it; destruction is stop(0).
  virtual void stop(Millis grace) = 0;
};

}  // namespace agora_exporter::web
