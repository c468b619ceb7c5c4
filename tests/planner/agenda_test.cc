#include "agora_exporter/planner/agenda.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace agora_exporter::planner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> all(const Agenda& agenda) {
  std::vector<std::string> calls;
  agenda.for_each([&](WorldTime, const std::string& call) {
    calls.push_back(call);
    return true;
  });
  return calls;
}

TEST(Agenda, GivesTheOldestFirst) {
  Agenda agenda;
  agenda.set("b", world_time(20));
  agenda.set("a", world_time(30));
  agenda.set("c", world_time(20));
  EXPECT_THAT(all(agenda), ElementsAre("b", "c", "a"));
}

TEST(Agenda, MovesAndForgets) {
  Agenda agenda;
  agenda.set("a", world_time(10));
  agenda.set("b", world_time(20));
  agenda.set("a", world_time(30));
  EXPECT_THAT(all(agenda), ElementsAre("b", "a"));
  agenda.set("b", std::nullopt);
  agenda.set("never", std::nullopt);
  EXPECT_THAT(all(agenda), ElementsAre("a"));
  EXPECT_EQ(agenda.size(), 1u);
}

TEST(Agenda, StopsWhereItIsTold) {
  Agenda agenda;
  for (int i = 0; i < 5; ++i) agenda.set(std::to_string(i), world_time(i));
  std::vector<std::string> seen;
  const auto two = [&](WorldTime, const std::string& call) {
    seen.push_back(call);
    return seen.size() < 2;
  };
  agenda.for_each_since(world_time(2), two);
  EXPECT_THAT(seen, ElementsAre("2", "3"));
  seen.clear();
  agenda.for_each_before(world_time(2), two);
  EXPECT_THAT(seen, ElementsAre("1", "0"));
}

TEST(Agenda, CountsHowManyAreDueTogether) {
  Agenda agenda;
  agenda.set("a", world_time(11));
  agenda.set("b", world_time(19));
  agenda.set("c", world_time(20));
  agenda.set("d", world_time(55));
  agenda.set("d", std::nullopt);
  std::vector<std::pair<std::int64_t, int>> slots;
  agenda.for_each_slot([&](WorldTime end, int calls) { slots.emplace_back(unix_seconds(end), calls); });
  EXPECT_THAT(slots, ElementsAre(std::pair(20, 2), std::pair(30, 1)));
  agenda.set("a", std::nullopt);
  agenda.set("b", std::nullopt);
  agenda.set("c", std::nullopt);
  slots.clear();
  agenda.for_each_slot([&](WorldTime end, int calls) { slots.emplace_back(unix_seconds(end), calls); });
  EXPECT_THAT(slots, IsEmpty());
}

}  // namespace
}  // namespace agora_exporter::planner
