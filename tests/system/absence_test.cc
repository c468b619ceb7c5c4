// Where the page cannot be complete, nothing shown is wrong and what is absent is counted.
#include <gtest/gtest.h>

#include <iostream>

#include "system/overheard.h"
#include "system/truth_check.h"
#include "system/truth_counters.h"
#include "system/truth_seconds.h"
#include "system/watch.h"

namespace agora_exporter::system_tests {
namespace {

// Nothing is promised to be shown, so that only what is shown and what is counted is held against the world.
class TruthElsewhere : public testing::Test {
 protected:
  // Of a session that was last heard of before R nobody knows whether it goes on: its seconds are counted
  // when an answer tells. So they need not be all there in `unheard`, at the instants of pages.
  void run(RigOptions options, Seconds time, simulator::Span unheard = {}) {
    const std::string app_id = options.world.apps[0].app_id;
    Overheard overheard(app_id);
    Rig* ears = nullptr;
    options.on_request = [&](const agora::HttpRequest& request) {
      if (ears != nullptr) overheard.hear(request, ears->simulator());
    };
    Rig rig(std::move(options));
    ears = &rig;
    const simulator::World& world = rig.simulator().world();
    CounterCheck counters(world, app_id);
    SecondsCheck seconds(world, app_id, to_world(rig.options().start) - rig.lag(), overheard.calls());
    const TruthOptions none{app_id, "app0", WorldTime::max(), WorldTime{}};
    for (Seconds passed{60}; passed <= time; passed += Seconds{60}) {
      rig.run_until(rig.options().start + passed);
      const auto page = rig.world();
      const simulator::Truth truth = simulator::truth_at(world, app_id, page->at);
      Difference difference = compare(*page, truth, none);
      counters.compare(*page, truth, none, difference);
      seconds.compare(*page, truth, none, difference);
      const bool told = page->at < unheard.begin || page->at >= unheard.end;
      ASSERT_TRUE(told ? difference.none() : difference.wrong.empty())
          << "at R = " << to_iso(page->at) << ": " << difference.text();
      series_ += difference.series;
    }
    page_ = page_of(*rig.world(), *rig.report());
    count_calls(rig, overheard);
    accounted_ = seconds.accounted();
    absent_ = seconds.absent();
    std::cout << series_ << " series; " << accounted_ << " session seconds accounted for ("
              << seconds.not_in_hand() << " late or missing, " << absent_ << " of them absent from pages, "
              << seconds.uncertain() << " uncertain)\n";
  }
  // Those that have begun well before the end: whether each was asked about.
  void count_calls(Rig& rig, const Overheard& overheard) {
    const WorldTime start = to_world(rig.options().start);
    const WorldTime end = to_world(rig.clock().now()) - rig.lag();
    for (const simulator::CallHead& call :
         rig.simulator().world().created_in(rig.options().world.apps[0].app_id, start, end))
      ++(overheard.calls().contains(call.call_id) ? asked_ : not_asked_);
  }
  double calls(const char* outcome) const {
    return sum_of(page_, "agora_exporter_calls_total", {{"outcome", outcome}});
  }

  text_format::Page page_;
  std::size_t series_ = 0, asked_ = 0, not_asked_ = 0;
  std::int64_t accounted_ = 0, absent_ = 0;
};

TEST_F(TruthElsewhere, AnOutageIsCounted) {
  RigOptions options = small_world(wall_time(kMonday + 9 * 3'600));
  simulator::FaultRule rule;
  rule.kind = simulator::FaultKind::reset;
  rule.rate = 1;
  rule.from = options.start + Seconds{3'600};
  rule.until = *rule.from + Seconds{2'700};
  options.faults.rules.push_back(rule);
  const simulator::Span unheard{to_world(*rule.from) - Seconds{900}, to_world(*rule.until) + Seconds{600}};
  run(std::move(options), Seconds{4 * 3'600}, unheard);
  EXPECT_GT(absent_, 0);
}

TEST_F(TruthElsewhere, CallsForWhichTheBudgetIsTooSmallAreCounted) {
  RigOptions options = small_world(wall_time(kMonday + 9 * 3'600));
  options.plan = "standard";
  options.world.apps[0].calls_per_day = 3'000;
  run(std::move(options), Seconds{6 * 3'600});
  EXPECT_GT(calls("sampled_out"), 0);
  EXPECT_GE(calls("followed"), static_cast<double>(asked_));
  EXPECT_GE(calls("sampled_out") + calls("failed"), static_cast<double>(not_asked_));
  EXPECT_GT(accounted_, 0);
}

}  // namespace
}  // namespace agora_exporter::system_tests
