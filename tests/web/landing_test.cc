// The page for people.
#include "web/landing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "web/fixtures.h"
#include "web/html.h"

namespace agora_exporter::web::test {
namespace {

using testing::HasSubstr;
using testing::Not;

LandingInput input_of(report::Report report) {
  return {"1.2.3", "/metrics", wall_time(kNow), std::make_shared<const timeline::World>(small_world()),
          std::make_shared<const report::Report>(std::move(report))};
}

TEST(Landing, SaysWhatItIsAndWhereItStands) {
  const auto page = landing_page(input_of(good_report()));
  EXPECT_THAT(page, HasSubstr("<title>Agora Exporter</title>"));
  EXPECT_THAT(page, HasSubstr("1.2.3"));
  EXPECT_THAT(page, HasSubstr("href=\"/metrics\""));
  EXPECT_THAT(page, HasSubstr("<h2>Ready</h2>"));
  EXPECT_THAT(page, HasSubstr("2026-09-21 13:43:20 UTC (30 minutes ago)"));
  EXPECT_THAT(page, HasSubstr("<dt>Replay lag</dt><dd>30 minutes</dd>"));
  EXPECT_THAT(page, HasSubstr("<dt>Active calls</dt><dd>3</dd>"));
  EXPECT_THAT(page, HasSubstr("250 of 1000 (25 %)"));
  EXPECT_THAT(page, HasSubstr("20 sessions are due in 4 minutes"));
  EXPECT_THAT(page, HasSubstr("is complete since 2026-09-21 14:12:20 UTC"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("name=\"viewport\""));
}

TEST(Landing, SaysWhatIsNotWell) {
  auto report = good_report();
  report.status.ready = false;
  report.status.waiting_for = "the sessions of 3 calls";
  report.status.complete_at = wall_time(kNow + 4200);
  report.status.storage_error = "No space left on device";
  auto& endpoint = report.status.endpoints.front();
  endpoint.assumed_spent = 120;
  endpoint.last_error = "HTTP 503 from the vendor";
  endpoint.errors = 4;
  report::EndpointStatus lacking;
  lacking.account = "other";
  lacking.endpoint = agora::Endpoint::insight_quality;
  lacking.access = false;
  report.status.endpoints.push_back(lacking);
  const auto page = landing_page(input_of(report));
  EXPECT_THAT(page, HasSubstr("Waiting for: the sessions of 3 calls"));
  EXPECT_THAT(page, HasSubstr("expected at 2026-09-21 15:23:20 UTC, in 1 hour 10 minutes"));
  EXPECT_THAT(page, HasSubstr("No space left on device"));
  EXPECT_THAT(page, HasSubstr("120 of them taken as spent"));
  EXPECT_THAT(page, HasSubstr("HTTP 503 from the vendor"));
  EXPECT_THAT(page, HasSubstr("(4 times in a row)"));
  EXPECT_THAT(page, HasSubstr("the plan lacks it"));
  EXPECT_THAT(page, Not(HasSubstr("<h2>Ready</h2>")));
}

TEST(Landing, StandsWithoutAWorldOrAReport) {
  LandingInput input{"1.2.3", "/metrics", wall_time(kNow), nullptr, nullptr};
  EXPECT_THAT(landing_page(input), HasSubstr("Nothing has been reported yet"));
  input.report = std::make_shared<const report::Report>();
  const auto page = landing_page(input);
  EXPECT_THAT(page, HasSubstr("Not ready yet"));
  EXPECT_THAT(page, HasSubstr("Waiting for: the first answers"));
  EXPECT_THAT(page, HasSubstr("not known yet"));
}

// Names come from the config, errors from the vendor: neither may become markup.
TEST(Landing, EscapesWhateverOthersWrote) {
  const std::string evil = "<script>alert('x')</script>\"&\x01";
  auto report = good_report();
  auto& status = report.status;
  status.ready = false;
  status.waiting_for = status.storage_error = status.next = evil;
  status.endpoints.front().account = status.endpoints.front().last_error = evil;
  auto world = small_world();
  world.apps.front().app = evil;
  const LandingInput input{evil, "/\"><img src=x>", wall_time(kNow),
                           std::make_shared<const timeline::World>(world),
                           std::make_shared<const report::Report>(report)};
  const auto page = landing_page(input);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("\x01")));
  std::size_t escaped = 0;
  const std::string safe = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;&#xFFFD;";
  for (auto at = page.find(safe); at != std::string::npos; at = page.find(safe, at + 1)) ++escaped;
  EXPECT_EQ(escaped, 7u);  // version, waiting_for, storage error, next, account, last error, app
}

TEST(InWords, NamesTheTwoLargestUnits) {
  EXPECT_EQ(in_words(Millis{999}), "less than a second");
  EXPECT_EQ(in_words(Seconds{1}), "1 second");
  EXPECT_EQ(in_words(Seconds{59}), "59 seconds");
  EXPECT_EQ(in_words(Seconds{60}), "1 minute");
  EXPECT_EQ(in_words(Seconds{4200}), "1 hour 10 minutes");
  EXPECT_EQ(in_words(Seconds{4205}), "1 hour 10 minutes");
  EXPECT_EQ(in_words(Seconds{86'405}), "1 day");
  EXPECT_EQ(in_words(Seconds{2 * 86'400 + 3 * 3600}), "2 days 3 hours");
  EXPECT_EQ(in_words(Seconds{-90}), "1 minute 30 seconds");
}

}  // namespace
}  // namespace agora_exporter::web::test
