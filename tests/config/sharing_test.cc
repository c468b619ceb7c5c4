// Warnings about keys that change nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agora_exporter/config/config.h"

namespace agora_exporter::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> warnings_of(const std::string& apps, const std::string& account = "",
                                     const std::string& rest = "") {
  const LoadResult result = load_text("accounts:\n  - customer_id: id\n    customer_secret: s\n" + account +
                                          "    apps: [" + apps + "]\n" + rest,
                                      "f");
  EXPECT_TRUE(result.config) << (result.errors.empty() ? "" : result.errors[0].text());
  std::vector<std::string> texts;
  for (const Error& warning : result.warnings) texts.push_back(warning.text());
  return texts;
}
// Without Insight: its rows have warnings of their own.
std::string app(const std::string& name, const std::string& keys) {
  return "{ app_id: " + name + ", usage: { enabled: false }, quality: { enabled: false }" + keys + " }";
}

TEST(Weight, MattersWhereAppsShare) {
  EXPECT_THAT(warnings_of(app("a", ", weight: 3") + ", " + app("b", "")), IsEmpty());
  EXPECT_THAT(warnings_of(app("a", ", weight: 1")), IsEmpty()) << "the default, written out";
}

TEST(Weight, OfAnAppThatSharesWithNoneIsSaid) {
  EXPECT_THAT(
      warnings_of(app("a", ", weight: 3")),
      ElementsAre(
          "f:4:89: weight of app \"a\" changes nothing: no other app of account \"default\" follows calls "
          "(leave it out)"));
  EXPECT_THAT(
      warnings_of(app("a", ", weight: 3") + ", " + app("b", ""), "    quota_scope: app\n"),
      ElementsAre(
          "f:5:89: weight of app \"a\" changes nothing: with quota_scope: app it shares with no other (leave "
          "it out)"));
  EXPECT_THAT(
      warnings_of("{ app_id: a, weight: 3, quality: { enabled: false }, calls: { enabled: false } }, " +
                  app("b", "")),
      ElementsAre("f:4:33: weight of app \"a\" changes nothing: it follows no calls (leave it out)"));
}

std::vector<std::string> with_channels(const std::string& channels) {
  return warnings_of(app("a", ", calls: { channels: { " + channels + " } }"));
}

TEST(Always, ThatIsFollowedIsFine) {
  EXPECT_THAT(
      with_channels(R"(include: ["stage-.*"], exclude: ["stage-test.*"], always: [stage-1, "stage-[23]"])"),
      IsEmpty());
}

TEST(Always, ThatIsExcludedIsSaid) {
  EXPECT_THAT(
      with_channels(R"(exclude: ["stage-.*"], always: [stage-1, "stage-[23]", hall])"),
      ElementsAre(
          "f:4:133: \"stage-1\" in channels.always of app \"a\" is not followed: channels.exclude takes it "
          "(take it out of one of the two)"));
  EXPECT_THAT(with_channels(R"(exclude: ["stage-[23]"], always: ["stage-[23]"])").size(), 1u)
      << "the same expression";
  EXPECT_THAT(with_channels(R"(include: ["stage-.*"], always: [hall])"),
              ElementsAre("f:4:133: \"hall\" in channels.always of app \"a\" is not followed: "
                          "channels.include does not take it "
                          "(add it to include)"));
}

TEST(Always, WithoutCallsIsSaid) {
  EXPECT_THAT(warnings_of("{ app_id: a, quality: { enabled: false }, calls: { enabled: false, channels: { "
                          "always: [hall] } } }")
                  .size(),
              1u);
}

TEST(MaxSids, WithCoverageIsSaid) {
  EXPECT_THAT(warnings_of(app("a", ""), "", "planner: { objective: coverage }\n"), IsEmpty());
  EXPECT_THAT(
      warnings_of(app("a", ""), "", "planner: { objective: coverage, max_sids_per_call: 200 }\n").size(), 1u);
  EXPECT_THAT(warnings_of(app("a", ""), "", "planner: { max_sids_per_call: 20 }\n"), IsEmpty());
}

}  // namespace
}  // namespace agora_exporter::config
