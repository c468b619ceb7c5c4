#include "system/watch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "agora_exporter/exposition/page.h"

namespace agora_exporter::system_tests {

RigOptions small_world(WallTime start) {
  RigOptions options;
  options.seed = 7;
  options.plan = "enterprise";
  options.insight = false;
  options.start = start;
  options.world.apps[0].calls_per_day = 500;
  options.world.daily_rhythm = false;
  options.world.max_users = 12;
  return options;
}

text_format::Page page_of(const timeline::World& world, const report::Report& report) {
  return text_format::parse(exposition::render(world, report, {}));
}

double sum_of(const text_format::Page& page, const std::string& name, const text_format::Labels& labels) {
  double sum = 0;
  for (const auto& sample : page.all(name)) {
    const text_format::Labels& of_sample = sample.first;
    const bool meant = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      const auto found = of_sample.find(label.first);
      return found != of_sample.end() && found->second == label.second;
    });
    if (meant) sum += sample.second;
  }
  return sum;
}

Wholeness::Wholeness(simulator::Simulator& simulator, std::string app_id, std::string app_name, Seconds lag)
    : simulator_(simulator), app_id_(std::move(app_id)), app_name_(std::move(app_name)), lag_(lag) {}

void Wholeness::look(const timeline::World& world, WallTime now, bool ready) {
  if (ready && !ready_at_) ready_at_ = now;
  TruthOptions options{app_id_, app_name_, WorldTime::max(), WorldTime{}};
  if (ready_at_) {
    const Seconds look_back = simulator_.options().plan.of(agora::Endpoint::call_sessions).look_back;
    options.began_after = world.at - (look_back - lag_);
  }
  last_ = compare(world, simulator::truth_at(simulator_.world(), app_id_, world.at, {false, false}), options);
  series_ += last_.series;
  EXPECT_TRUE(last_.wrong.empty()) << app_name_ << " at T = " << to_iso(now) << ", R = " << to_iso(world.at)
                                   << ": " << last_.text();
  if (!ready_at_ || !last_.missing.empty()) {
    whole_since_.reset();
  } else if (!whole_since_) {
    whole_since_ = now;
  }
}

Watch::Watch(Rig& rig)
    : rig_(rig), truth_(rig.simulator(), rig.options().world.apps[0].app_id, "app0", rig.lag()) {}

void Watch::look() {
  const auto world = rig_.world();
  report_ = rig_.report();
  page_ = page_of(*world, *report_);
  truth_.look(*world, now(), report_->status.ready);
}

void Watch::run_until(WallTime t, Seconds every) {
  while (now() < t) {
    const Millis past = now().time_since_epoch() % Millis{every};
    rig_.run_until(std::min(t, now() + (every - past)));
    look();
  }
}

Seconds Watch::run_until_whole(WallTime end) {
  run_until(end + Seconds{600}, Seconds{10});
  run_until(end + Seconds{2'700});
  EXPECT_TRUE(truth_.whole()) << truth_.last().text();
  const WallTime since = truth_.whole_since().value_or(WallTime::max());
  return std::chrono::duration_cast<Seconds>(std::max(Millis{0}, since - end));
}

double Watch::up() const {
  const double* up = page_.find("agora_up", {{"account", "production"}, {"app", "app0"}});
  return up ? *up : -1;
}

double Watch::requests(const std::string& result) const {
  const text_format::Labels labels =
      result.empty() ? text_format::Labels{} : text_format::Labels{{"result", result}};
  return sum_of(page_, "agora_exporter_api_requests_total", labels);
}

std::uint64_t Watch::seen_by_server() {
  std::uint64_t seen = 0;
  for (const auto& [key, usage] : rig_.simulator().counters().usage) seen += usage.requests;
  return seen;
}

}  // namespace agora_exporter::system_tests
