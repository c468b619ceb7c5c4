// A simulator at an instant, asked through the real request and decoder.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agora_exporter/agora/decode.h"
#include "agora_exporter/agora/request.h"
#include "agora_exporter/simulator/simulator.h"

namespace agora_exporter::simulator {

inline constexpr std::int64_t kNoon = 1'795'521'600;  // 2026-11-24T12:00:00Z, a Tuesday
inline const std::string kApp{kDefaultAppId};

struct Asked {
  ApiAnswer answer;
  agora::Body body;
  bool todays_server = false;

  const agora::Refusal* refusal() const { return std::get_if<agora::Refusal>(&body); }
  const agora::CallList& calls() const { return std::get<agora::CallList>(body); }
  const agora::SessionPage& sessions() const { return std::get<agora::SessionPage>(body); }
  const agora::PointSet& points() const { return std::get<agora::PointSet>(body); }
  const agora::InsightRow& row() const { return std::get<agora::InsightRow>(body); }
  // "300 qps limit error": the JSON's own code and message, whatever the HTTP status.
  std::string said() const;
};

class Questions {
 public:
  explicit Questions(SimulatorOptions options, std::int64_t at = kNoon)
      : simulator(std::move(options)), now(wall_time(at)) {}

  Asked ask(const agora::Request& request);
  Asked lists(std::int64_t start, std::int64_t end);
  Asked sessions(const std::string& call_id, std::int64_t start, std::int64_t end, int page = 1);
  Asked metrics(const std::string& call_id, std::vector<std::string> sids, std::int64_t start,
                std::int64_t end);
  Asked usage(const std::string& metric, std::int64_t start, std::int64_t end,
              agora::Granularity g = agora::Granularity::day);
  Asked quality(const std::string& metric, std::int64_t start, std::int64_t end, agora::Granularity g,
                const std::string& product = "Native");
  // As it is sent, with good credentials.
  ApiAnswer get(const std::string& target);
  void pass(Millis by) { now += by; }

  Simulator simulator;
  WallTime now;
  std::string app = kApp;
};

// A world of short exact calls, on enterprise limits, where nothing is random that a test does not ask for.
SimulatorOptions plain_options(std::string_view plan = "standard");
// `"code":300,"message":"..."` of a body, as "300 ...".
std::string said(const std::string& body);

}  // namespace agora_exporter::simulator
