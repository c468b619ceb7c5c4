#include "exposition/promtool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "agora_exporter/exposition/page.h"
#include "exposition/worlds.h"

namespace agora_exporter::exposition {
namespace {

class Promtool : public testing::Test {
 protected:
  void SetUp() override {
    if (test::has_promtool()) return;
    const char* ci = std::getenv("CI");
    ASSERT_FALSE(ci && std::string(ci) == "true") << "promtool is missing";
    GTEST_SKIP() << "promtool is missing";
  }
};

TEST_F(Promtool, IsContentWithTheFullPage) {
  EXPECT_EQ(test::promtool_complaints(test::joined(render(test::full_world(), test::full_report(), {}))), "");
}

TEST_F(Promtool, IsContentWithRandomSessions) {
  EXPECT_EQ(
      test::promtool_complaints(test::joined(render(test::random_world(5, 50), test::full_report(), {}))),
      "");
}

TEST_F(Promtool, WouldComplain) {
  EXPECT_THAT(test::promtool_complaints("# HELP a_ms time\n# TYPE a_ms gauge\na_ms 1\n"),
              testing::HasSubstr("a_ms"));
  EXPECT_THAT(test::promtool_complaints("no page\n"), testing::HasSubstr("status"));
}

}  // namespace
}  // namespace agora_exporter::exposition
