// Every fault of the simulator, as a hard outage of ten minutes and as one request in twenty for an hour: the
// metric that moves, that nothing wrong is ever shown, that no limit is overspent, and how long after its end
// the page equals the world again.
#include <gtest/gtest.h>

#include <algorithm>
#include <iomanip>
#include <iostream>

#include "system/watch.h"

namespace agora_exporter::system_tests {
namespace {

using simulator::FaultKind;

struct Fault {
  std::string name;
  FaultKind kind;
  std::string result;     // the value of the label `result` that it counts under
  bool day_long = false;  // believed until the server's UTC day ends
  Millis delay{5'000};    // of latency
};

// After a hard outage an endpoint is asked again within 300 s, the longest backoff; what it lost by then is
// out of the page 60 s later (a series is shown until its next point if that comes within 60 s).
constexpr Seconds kHardBound{400};
constexpr Seconds kSparseBound{60};
// From the server's midnight, as the page sees it.
constexpr Seconds kDayBound{120};

struct Run {
  Fault fault;
  bool hard;
  Seconds lasts() const { return Seconds{hard ? 600 : 3'600}; }
  double rate() const { return hard ? 1.0 : 0.05; }
  Seconds bound() const { return fault.day_long ? kDayBound : hard ? kHardBound : kSparseBound; }
};

void PrintTo(const Run& run, std::ostream* to) { *to << run.fault.name << (run.hard ? " hard" : " sparse"); }

double took(const Watch& watch) {
  return sum_of(watch.page(), "agora_exporter_api_request_duration_seconds_sum");
}

bool all_have_access(const Watch& watch) {
  const auto access = watch.page().all("agora_exporter_endpoint_access");
  return std::all_of(access.begin(), access.end(), [](const auto& sample) { return sample.second == 1; });
}

class Faults : public testing::TestWithParam<Run> {
 protected:
  Faults()
      : rig_(small_world(start())),
        watch_(rig_),
        begin_(rig_.options().start + Seconds{2'700}),
        end_(begin_ + GetParam().lasts()) {}

  // Those that last until midnight begin in the evening: two hours, not half a day.
  static WallTime start() {
    return wall_time(kMonday + (GetParam().fault.day_long ? 21 * 3'600 + 600 : 9 * 3'600));
  }
  WallTime recovers_from() const { return GetParam().fault.day_long ? wall_time(kMonday + 86'400) : end_; }

  void begin_fault() {
    watch_.run_until(begin_);
    ASSERT_TRUE(watch_.truth().whole()) << watch_.truth().last().text();
    ASSERT_EQ(watch_.failed_requests(), 0);
    ASSERT_EQ(watch_.up(), 1);
    before_ = watch_.requests(GetParam().fault.result);
    all_before_ = watch_.requests();
    took_before_ = took(watch_);
    simulator::FaultRule rule;
    rule.kind = GetParam().fault.kind;
    rule.rate = GetParam().rate();
    rule.from = begin_;
    rule.until = end_;
    rule.delay = GetParam().fault.delay;
    rig_.simulator().faults().rules.push_back(rule);
  }

  // The metrics, at each minute of the fault.
  void watch_fault() {
    bool was_down = false, lost_access = false;
    while (watch_.now() < end_) {
      watch_.run_for(Seconds{60});
      was_down |= watch_.up() == 0;
      lost_access |= !all_have_access(watch_);
    }
    const Fault& fault = GetParam().fault;
    if (fault.result == "success") {
      EXPECT_EQ(watch_.failed_requests(), 0);
      EXPECT_GT(took(watch_) - took_before_, (watch_.requests() - all_before_) * GetParam().rate() * 3);
    } else {
      EXPECT_GT(watch_.requests(fault.result), before_);
      EXPECT_EQ(watch_.failed_requests(), watch_.requests(fault.result)) << "failures of another kind";
    }
    const bool no_access = fault.kind == FaultKind::no_access;
    EXPECT_EQ(lost_access, no_access);
    if (!GetParam().hard) return;
    EXPECT_EQ(was_down, fault.result != "success" && !no_access);
    // An outage must not cost the day's budget: 2 + 4 + 8 ... 300 s between the attempts at an endpoint.
    if (fault.result != "success") {
      EXPECT_LE(watch_.requests() - all_before_, 3 * 12 + 10) << "10 may be under way at the start";
    }
  }

  void recover() {
    watch_.run_until(recovers_from());
    const double failed = watch_.failed_requests();
    const Seconds needed = watch_.run_until_whole(recovers_from());
    std::cout << std::setw(24) << std::left << GetParam().fault.name
              << (GetParam().hard ? " hard  " : " sparse") << " whole again after " << std::setw(4)
              << std::right << needed.count() << " s of " << GetParam().bound().count() << " s, "
              << watch_.requests(GetParam().fault.result) - before_ << " " << GetParam().fault.result << "\n";
    EXPECT_LE(needed, GetParam().bound());
    EXPECT_EQ(watch_.up(), 1);
    EXPECT_TRUE(all_have_access(watch_));
    EXPECT_LE(watch_.failed_requests() - failed, 3) << "failures after the end of the fault";
  }

  void check_books() {
    EXPECT_EQ(rig_.simulator().counters().above_limits(), std::vector<std::string>{});
    const auto seen = static_cast<double>(watch_.seen_by_server());
    if (!GetParam().fault.day_long) {
      EXPECT_NEAR(watch_.used_today(), seen, 3) << "but for those under way";
    }
    EXPECT_GT(watch_.truth().series(), 10'000u) << "the world was too quiet to say anything";
  }

  Rig rig_;
  Watch watch_;
  const WallTime begin_, end_;
  double before_ = 0, all_before_ = 0, took_before_ = 0;
};

TEST_P(Faults, MoveTheirMetricAndPass) {
  begin_fault();
  if (HasFatalFailure()) return;
  watch_fault();
  recover();
  check_books();
}

std::vector<Run> runs() {
  const std::vector<Fault> faults{
      {"latency_5s", FaultKind::latency, "success"},
      {"latency_15s", FaultKind::latency, "transport", false, Millis{15'000}},
      {"error_json", FaultKind::error_json, "server_error"},
      {"error_html", FaultKind::error_html, "server_error"},
      {"too_many", FaultKind::too_many, "rate_quota"},
      {"too_many_retry_after", FaultKind::too_many_retry_after, "rate_quota"},
      {"reset", FaultKind::reset, "transport"},
      {"cut_body", FaultKind::cut_body, "transport"},
      {"wrong_content_length", FaultKind::wrong_content_length, "transport"},
      {"hang", FaultKind::hang, "transport"},
      {"spontaneous_qps", FaultKind::spontaneous_qps, "rate_quota"},
      {"spontaneous_qpd", FaultKind::spontaneous_qpd, "day_quota", true},
      {"no_access", FaultKind::no_access, "no_access", true},
  };
  std::vector<Run> all;
  for (const Fault& fault : faults)
    for (const bool hard : {true, false}) all.push_back({fault, hard});
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, Faults, testing::ValuesIn(runs()), [](const testing::TestParamInfo<Run>& run) {
  return run.param.fault.name + (run.param.hard ? "_Hard" : "_Sparse");
});

// The plan lacks an endpoint for a UTC day: asked once on it, the rest goes on, and at midnight all is well.
TEST(NoAccessForADay, LeavesTheOtherEndpoints) {
  Rig rig(small_world(wall_time(kMonday + 82'800)));
  const WallTime tuesday = wall_time(kMonday + 86'400), wednesday = wall_time(kMonday + 2 * 86'400);
  rig.simulator().faults().rules.push_back(
      simulator::no_access_for_a_day(agora::Endpoint::call_metrics, tuesday));
  Watch watch(rig);
  watch.run_until(tuesday);
  ASSERT_TRUE(watch.truth().whole()) << watch.truth().last().text();
  EXPECT_TRUE(all_have_access(watch));
  watch.run_until(tuesday + Seconds{1'800});
  while (watch.now() < wednesday) {
    const auto access = watch.page().all("agora_exporter_endpoint_access");
    for (const auto& [labels, has] : access) EXPECT_EQ(has, labels.at("endpoint") == "call_metrics" ? 0 : 1);
    EXPECT_EQ(watch.up(), 1) << "lowered by lack of access";
    EXPECT_GT(watch.page().count("agora_session_info"), 0u);
    EXPECT_EQ(watch.page().count("agora_session_router_round_trip_seconds"), 0u);
    watch.run_until(watch.now() + Seconds{1'800}, Seconds{1'800});
  }
  EXPECT_EQ(watch.requests("no_access"), 1);
  EXPECT_EQ(watch.failed_requests(), 1);
  const Seconds needed = watch.run_until_whole(wednesday);
  std::cout << "no access to call_metrics for a day: whole again after " << needed.count() << " s of "
            << kDayBound.count() << " s\n";
  EXPECT_LE(needed, kDayBound);
  EXPECT_TRUE(all_have_access(watch));
  EXPECT_EQ(rig.simulator().counters().above_limits(), std::vector<std::string>{});
}

}  // namespace
}  // namespace agora_exporter::system_tests
