// What a day costs and brings where the server gets something wrong: what is never told must not be asked for
// on and on.
#include <gtest/gtest.h>

#include <functional>

#include "rehearsal/worlds.h"

namespace agora_exporter::rehearsal {
namespace {

using planner::Objective;

struct Server {
  bool overlapping = false;
  bool today = false;
};

class OddServers : public testing::TestWithParam<std::tuple<Server, Objective>> {
 protected:
  // A day that the requests suffice for, on a server that something is wrong with.
  static RideResult day(const std::function<void(ApiOptions&)>& wrong) {
    const auto& [server, objective] = GetParam();
    Scenario scenario = make_scenario("near-budget", 1);
    scenario.api.overlapping = server.overlapping;
    scenario.api.today = server.today;
    scenario.ride.policy.objective = objective;
    wrong(scenario.api);
    RideResult result = ride(scenario.world, scenario.api, scenario.ride);
    EXPECT_EQ(refused(result), 0);
    return result;
  }
};

INSTANTIATE_TEST_SUITE_P(, OddServers,
                         testing::Combine(testing::Values(Server{false, false}, Server{true, false},
                                                          Server{true, true}),
                                          testing::Values(Objective::representative, Objective::coverage)),
                         [](const auto& tested) {
                           const Server server = std::get<0>(tested.param);
                           const Objective objective = std::get<1>(tested.param);
                           return std::string(server.overlapping ? "overlapping" : "beginning") +
                                  (server.today ? "_today" : "_2021") +
                                  (objective == Objective::coverage ? "_coverage" : "_representative");
                         });

constexpr double kWrong = 0.1;  // of the sessions or calls

TEST_P(OddServers, LeaveOutSessions) {
  EXPECT_GE(day([](ApiOptions& api) { api.left_out = kWrong; }).share(), 0.99);
}

TEST_P(OddServers, DoNotTellThatSessionsLeft) {
  EXPECT_GE(day([](ApiOptions& api) { api.never_left = kWrong; }).share(), 0.99);
}

// Each of these calls is asked about now and then all the same, since somebody might be there.
TEST_P(OddServers, DoNotTellThatCallsEnded) {
  EXPECT_GE(day([](ApiOptions& api) { api.never_ended = kWrong; }).share(), 0.7);
}

}  // namespace
}  // namespace agora_exporter::rehearsal
