// Requests and answers for the decoder's tests.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "agora_exporter/agora/decode.h"

namespace agora_exporter::agora {

inline Request request_for(Endpoint endpoint) {
  const Frame frame{world_time(1'548'670'000), world_time(1'548'671'000)};
  switch (endpoint) {
    case Endpoint::insight_usage:
      return {"app", UsageQuery{frame, "userCount", Granularity::day}};
    case Endpoint::insight_quality:
      return {"app", QualityQuery{frame, "networkDelay", Granularity::day, "Native"}};
    case Endpoint::call_lists:
      return {"app", CallListQuery{frame, "", {}, {}}};
    case Endpoint::call_sessions:
      return {"app", CallSessionsQuery{frame, "c1", {}, {}, {}, true}};
    case Endpoint::call_metrics:
      return {"app", CallMetricsQuery{frame, "c1", {"S1", "S2"}}};
  }
  return {};
}

inline HttpAnswer answer(std::string body, int status = 200) {
  HttpAnswer made;
  made.id = 1;
  made.status = status;
  made.body = std::move(body);
  return made;
}

inline Decoded decode_body(Endpoint endpoint, std::string body, int status = 200) {
  return decode(request_for(endpoint), answer(std::move(body), status));
}

inline std::string fixture(Endpoint endpoint) {
  const std::string path =
      std::string(SOURCE_DIR "/tests/agora/fixtures/") + std::string(name_of(endpoint)) + ".json";
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// One stream of call/metrics with the given content of "kvs".
inline std::string metrics_with(const std::string& kvs) {
  return R"({"code":200,"metrics":[{"sid":"S1","data":[{"mid":20003,"peer_uid":0,"kvs":[)" + kvs + "]}]}]}";
}

}  // namespace agora_exporter::agora
