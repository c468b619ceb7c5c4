// World + Report -> a page in the text format 0.0.4. No I/O, no clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agora_exporter/report/report.h"
#include "agora_exporter/timeline/world.h"

namespace agora_exporter::exposition {

struct PageOptions {
  bool sessions = true;              // session series at all
  std::vector<std::uint32_t> mids;   // empty = all; others are not shown
  std::size_t max_series = 100'000;  // of sessions; above it whole sessions are hidden, by SessionText::hash
};

inline constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

// Pieces of about 256 kB, to be sent one after the other. Pure: the same arguments give the same bytes.
std::vector<std::string> render(const timeline::World& world, const report::Report& report,
                                const PageOptions& options);

// The same page as one gzip member.
std::string gzip(const std::vector<std::string>& pieces);

}  // namespace agora_exporter::exposition
