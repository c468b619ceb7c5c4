// A handmade World and Report, and a real client.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agora_exporter/report/report.h"
#include "agora_exporter/timeline/world.h"

namespace agora_exporter::web::test {

inline constexpr std::int64_t kNow = 1'790'000'000;  // 2026-09-21 14:13:20 UTC

// R is 30 minutes before kNow; one app, no sessions.
timeline::World small_world();
// Ready, lag 30 min, one endpoint of each kind worth showing.
report::Report good_report();

struct Answer {
  int status = 0;                                            // 0: none
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  std::string header(const std::string& name) const;  // empty if absent
};

struct Ask {
  std::vector<std::string> headers = {};  // whole lines
  std::string method = "GET";
  bool decode = false;  // ask for gzip and undo it; `headers` of the answer still tell
};
// By libcurl; `address` may be unix:/path.
Answer ask(const std::string& address, const std::string& path, const Ask& how = {});

}  // namespace agora_exporter::web::test
