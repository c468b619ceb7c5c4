// The reader that tests rely on refuses what it should.
#include "support/text_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agora_exporter::text_format {
namespace {

const std::string kHead = "# HELP a help\n# TYPE a gauge\n";

TEST(TextFormat, ReadsSamples) {
  const auto page = parse(kHead +
                          "a 1\na{x=\"1\",y=\"a\\\\b\\\"c\\nd}\"} -2.5e-07\n# HELP b_total h\\\\ \\n\n"
                          "# TYPE b_total counter\nb_total 0\n");
  EXPECT_EQ(*page.find("a"), 1);
  EXPECT_EQ(*page.find("a", {{"x", "1"}, {"y", "a\\b\"c\nd}"}}), -2.5e-07);
  EXPECT_EQ(page.all("a").size(), 2U);
  EXPECT_EQ(page.find("a", {{"x", "1"}}), nullptr);
  EXPECT_EQ(page.family("b_total")->help, "h\\ \n");
  EXPECT_EQ(page.family("b_total")->type, "counter");
  EXPECT_EQ(page.families.size(), 2U);
  EXPECT_EQ(parse("").samples.size(), 0U);
}

TEST(TextFormat, ReadsHistograms) {
  const std::string head = "# HELP h help\n# TYPE h histogram\n";
  const auto page = parse(head + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum 4.5\nh_count 3\n");
  EXPECT_EQ(*page.find("h_bucket", {{"le", "+Inf"}}), 3);
  for (const char* bad :
       {"h 1\n", "h_bucket{le=\"1\"} 2\nh_sum 1\nh_count 2\n",
        "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
        "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
        "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n", "h_bucket{le=\"+Inf\"} 1\nh_count 1\n",
        "h_bucket{le=\"+Inf\"} 1.5\nh_sum 1\nh_count 1.5\n", "h_bucket 1\n"}) {
    EXPECT_THROW(parse(head + bad), ParseError) << bad;
  }
}

TEST(TextFormat, RefusesWhatIsNotExactlyRight) {
  for (const char* bad : {"a 1",
                          "a 1\na 1\n",
                          "a{x=\"1\"} 1\na{x=\"1\"} 2\n",
                          "a{x=\"1\",x=\"2\"} 1\n",
                          "a  1\n",
                          "a 1 \n",
                          "a 1 1234\n",
                          "a NaN\n",
                          "a one\n",
                          "a\n",
                          "\n",
                          "a{} 1\n",
                          "a{x=\"1\"}1\n",
                          "a{x=\"1\",} 1\n",
                          "a{x=1} 1\n",
                          "a{x=\"1} 1\n",
                          "a{x=\"\\q\"} 1\n",
                          "a{1x=\"1\"} 1\n",
                          "a{x:y=\"1\"} 1\n",
                          "b 1\n",
                          "a_total 1\n",
                          "a 1\r\n",
                          "# comment\n",
                          "a{x=\"\xFF\"} 1\n",
                          "a{x=\"\xED\xA0\x80\"} 1\n",
                          "# HELP a again\n# TYPE a gauge\n",
                          "# TYPE a gauge\n",
                          "# HELP b help\n",
                          "# HELP b help\nb 1\n",
                          "# HELP b help\n# TYPE b timer\n",
                          "# HELP b\n# TYPE b gauge\n",
                          "# HELP b help\n# TYPE b counter\n",
                          "# HELP c_total h\n# TYPE c_total counter\nc_total -1\n",
                          "# HELP b help\n# TYPE b gauge\n# HELP a help\n# TYPE a gauge\n"}) {
    EXPECT_THROW(parse(kHead + bad), ParseError) << bad;
  }
}

TEST(TextFormat, SaysWhere) {
  try {
    parse(kHead + "a 1\na 2\n");
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_STREQ(error.what(), "line 4: a series twice: a 2");
  }
}

}  // namespace
}  // namespace agora_exporter::text_format
