// What the exporter asked of call/sessions, as the network sees it.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "agora_exporter/agora/transport.h"
#include "agora_exporter/simulator/simulator.h"

namespace agora_exporter::system_tests {

class Overheard {
 public:
  explicit Overheard(std::string app_id) : app_id_(std::move(app_id)) {}

  // A request that is about to leave.
  void hear(const agora::HttpRequest& request, const simulator::Simulator& simulator);

  // Followed calls are asked about, and no others.
  const std::set<std::string>& calls() const { return calls_; }
  // Sids that join in the last second before a fetch: in that of a frame. The world must hold some, or
  // nothing is said about them.
  const std::set<std::string>& late_joins() const { return late_joins_; }

 private:
  const std::string app_id_;
  std::set<std::string> calls_, late_joins_;
};

}  // namespace agora_exporter::system_tests
