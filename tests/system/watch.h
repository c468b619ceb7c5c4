// Looks at a run minute by minute, as Prometheus would: the page's text, and its world against the truth.
#pragma once

#include <optional>
#include <string>

#include "agora_exporter/report/report.h"
#include "agora_exporter/simulator/simulator.h"
#include "agora_exporter/timeline/world.h"
#include "support/text_format.h"
#include "system/rig.h"
#include "system/truth_check.h"

namespace agora_exporter::system_tests {

// Enterprise (lag 15 min), about five calls at once and one of many hours.
RigOptions small_world(WallTime start);

text_format::Page page_of(const timeline::World& world, const report::Report& report);
// The sum of all samples of `name` whose labels hold all of `labels`.
double sum_of(const text_format::Page& page, const std::string& name, const text_format::Labels& labels = {});

// Whether the pages of one app equal the world at R in both directions, and since when. What is shown and not
// so in the world fails the test at once.
class Wholeness {
 public:
  Wholeness(simulator::Simulator& simulator, std::string app_id, std::string app_name, Seconds lag);

  void look(const timeline::World& world, WallTime now, bool ready);

  bool whole() const { return whole_since_.has_value(); }
  // The first page of the last unbroken run of whole ones.
  std::optional<WallTime> whole_since() const { return whole_since_; }
  const Difference& last() const { return last_; }
  std::size_t series() const { return series_; }  // compared so far

 private:
  simulator::Simulator& simulator_;
  const std::string app_id_, app_name_;
  const Seconds lag_;
  std::optional<WallTime> ready_at_, whole_since_;
  Difference last_;
  std::size_t series_ = 0;
};

// A Rig of one app with an eye on it.
class Watch {
 public:
  explicit Watch(Rig& rig);

  // Looks at every whole minute (or each whole `every`) up to `t`, and at `t`.
  void run_until(WallTime t, Seconds every = Seconds{60});
  void run_for(Seconds time) { run_until(rig_.clock().now() + time); }
  // Runs on for 45 min, and tells how long from `end` on it took until all pages were whole; a page that is
  // not at last fails the test.
  Seconds run_until_whole(WallTime end);

  Rig& rig() { return rig_; }
  WallTime now() { return rig_.clock().now(); }
  const Wholeness& truth() const { return truth_; }
  const text_format::Page& page() const { return page_; }
  const report::Status& status() const { return report_->status; }
  double up() const;
  double requests(const std::string& result = "") const;  // "" = of all results
  double failed_requests() const { return requests() - requests("success"); }
  // Requests that the simulator has seen, and the same as the page counts them for this day.
  std::uint64_t seen_by_server();
  double used_today() const { return sum_of(page_, "agora_exporter_quota_used", {{"window", "day"}}); }

 private:
  void look();
  Rig& rig_;
  Wholeness truth_;
  text_format::Page page_;
  std::shared_ptr<const report::Report> report_;
};

}  // namespace agora_exporter::system_tests
