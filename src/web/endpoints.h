// Which path is answered how.
#pragma once

#include <functional>
#include <string>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/http/server.h"
#include "agora_exporter/web/web.h"
#include "web/pages.h"
#include "web/pool.h"

namespace agora_exporter::web {

// How old the collector's heartbeat may be.
inline constexpr Seconds kHeartbeatAge{60};

// In the event loop's thread.
class Endpoints {
 public:
  Endpoints(const Options& options, Source source, Renderer renderer, Pages::PostToLoop post,
            const Clock& clock, Log& log);

  void handle(const http::Request& request, const http::Responder& respond);
  // Only of these two paths. From any thread.
  void health(const http::Request& request, const http::Responder& respond) const;

 private:
  void metrics(const http::Request& request, const http::Responder& respond);
  http::Response healthy() const;
  http::Response ready() const;
  void reload(const http::Responder& respond);
  void landing(const http::Responder& respond);

  const std::string telemetry_path_;
  const std::string version_;
  const Source source_;
  const std::function<void(Options::Reloaded)> reload_;
  const Clock& clock_;
  const SteadyTime started_;
  Pages pages_;
  Pool pool_;  // after pages_: its jobs end before these go
};

}  // namespace agora_exporter::web
