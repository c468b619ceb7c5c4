// page_history: runs the exporter over a simulated world in virtual time and writes down the pages that
// Prometheus would have scraped, so that dashboards and rules can be tried on days of history.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

#include "agora_exporter/exposition/page.h"
#include "history/flags.h"
#include "history/openmetrics.h"
#include "system/rig.h"

namespace agora_exporter::history {
namespace {

class Run {
 public:
  explicit Run(Flags flags)
      : flags_(std::move(flags)),
        rig_(flags_.rig),
        files_(flags_.out, flags_.job, flags_.instance),
        started_(unix_seconds(to_world(flags_.rig.start))) {}

  void all() {
    auto restart = flags_.restarts.begin();
    for (const std::int64_t t : flags_.pages) {
      for (; restart != flags_.restarts.end() && *restart <= t; ++restart) start_again(*restart);
      take(t);
      if (t / 86'400 != day_) tell(t);
      day_ = t / 86'400;
    }
    files_.finish();
    tell(flags_.pages.back());
  }

 private:
  void start_again(std::int64_t t) {
    rig_.run_until(wall_time(t));
    rig_.restart();
    started_ = t;
    cpu_before_.reset();
  }

  void take(std::int64_t t) {
    rig_.run_until(wall_time(t));
    const auto world = rig_.world();
    most_sessions_ = std::max(most_sessions_, world->sessions.size());
    files_.add(t, exposition::render(*world, as_exporter(*rig_.report()), flags_.page));
  }

  // What the kernel says of this program, as if the exporter had started when it did in virtual time.
  report::Report as_exporter(report::Report report) {
    for (auto& family : report.families) {
      if (family.metric.empty()) continue;
      if (family.name == "process_start_time_seconds") {
        family.metric.front().gauge.value = static_cast<double>(started_);
      } else if (family.name == "process_cpu_seconds_total") {
        double& seconds = family.metric.front().counter.value;
        if (!cpu_before_) cpu_before_ = seconds;
        seconds -= *cpu_before_;
      }
    }
    return report;
  }

  void tell(std::int64_t t) const {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    const Written& written = files_.written();
    std::printf(
        "%s: %llu pages, %llu samples, %.1f MB, %llu series and %zu sessions at most in a page, %.1f s\n",
        to_iso(world_time(t)).c_str(), static_cast<unsigned long long>(written.pages),
        static_cast<unsigned long long>(written.samples), static_cast<double>(written.bytes) / 1e6,
        static_cast<unsigned long long>(written.most_series), most_sessions_, took.count());
    std::fflush(stdout);
  }

  Flags flags_;
  system_tests::Rig rig_;
  OpenMetricsFiles files_;
  std::int64_t started_;
  std::optional<double> cpu_before_;  // of this program when the exporter started
  std::int64_t day_ = 0;
  std::size_t most_sessions_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace
}  // namespace agora_exporter::history

int main(int argc, char** argv) {
  int exit_code = 0;
  try {
    auto flags = agora_exporter::history::read_flags(argc, argv, exit_code);
    if (!flags) return exit_code;
    agora_exporter::history::Run(std::move(*flags)).all();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "page_history: %s\n", error.what());
    return 1;
  }
  return 0;
}
