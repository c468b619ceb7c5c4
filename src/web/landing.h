// The landing page: what the exporter is, how far it is, and what holds it up, for people.
#pragma once

#include <memory>
#include <string>

#include "agora_exporter/report/report.h"
#include "agora_exporter/timeline/world.h"

namespace agora_exporter::web {

struct LandingInput {
  std::string version;
  std::string telemetry_path;
  WallTime now;
  std::shared_ptr<const timeline::World> world;  // or nullptr
  std::shared_ptr<const report::Report> report;  // or nullptr
};

// One HTML document without scripts or references to elsewhere.
std::string landing_page(const LandingInput& input);

}  // namespace agora_exporter::web
