#include "agora_exporter/exposition/catalog_docs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/agora/plans.h"
#include "exposition/sections.h"

namespace agora_exporter::exposition {
namespace {

TEST(CatalogJson, IsValidAndWhole) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseValidateEncodingFlag>(catalog_json().c_str());
  ASSERT_FALSE(json.HasParseError()) << json.GetErrorOffset();

  EXPECT_EQ(json["experiences"].Size(), 3U);
  EXPECT_EQ(json["factors"].Size(), 37U);
  EXPECT_EQ(json["insight"].Size(), 13U);
  EXPECT_STREQ(json["insight"][0]["hourly"].GetString(), "agora_insight_hourly_users");

  ASSERT_EQ(json["mids"].Size(), agora::mids().size());
  const auto& cpu = json["mids"][0];
  EXPECT_EQ(cpu["mid"].GetInt(), 20001);
  EXPECT_STREQ(cpu["metric"].GetString(), "agora_session_app_cpu_ratio");
  EXPECT_EQ(cpu["scale"].GetDouble(), 0.01);
  EXPECT_FALSE(cpu["about_remote_user"].GetBool());

  const auto& lists = json["plans"]["standard"]["call_lists"];
  EXPECT_EQ(lists["per_second"].GetInt(), 1);
  EXPECT_EQ(lists["per_day"].GetInt(), 1000);
  EXPECT_EQ(lists["look_back_seconds"].GetInt(), 259'200);
  EXPECT_FALSE(json["plans"]["standard"]["insight_usage"]["hourly"].GetBool());
  EXPECT_EQ(json["plans"].MemberCount(), agora::plans().size());
}

TEST(CatalogJson, ListsEveryFamilyOnceWithItsLabels) {
  rapidjson::Document json;
  json.Parse(catalog_json().c_str());
  std::set<std::string> names;
  for (const auto& metric : json["metrics"].GetArray()) {
    EXPECT_TRUE(names.insert(metric["name"].GetString()).second) << metric["name"].GetString();
    if (std::string(metric["name"].GetString()) == "agora_active_sessions") {
      ASSERT_EQ(metric["labels"].Size(), 3U);
      EXPECT_STREQ(metric["labels"][2].GetString(), "network");
    }
    if (std::string(metric["name"].GetString()) == "agora_exporter_replay_timestamp_seconds") {
      EXPECT_EQ(metric["labels"].Size(), 0U);
    }
  }
  std::size_t families = 0;
  for (const auto& section : page_sections()) families += section.families.size();
  EXPECT_EQ(names.size(), families);
}

TEST(Families, AreNamedAsPrometheusWants) {
  for (const auto& section : page_sections()) {
    for (const auto& family : section.families) {
      EXPECT_TRUE(family.name.starts_with("agora_") || family.name.starts_with("process_")) << family.name;
      EXPECT_EQ(family.name.ends_with("_total"), family.type == FamilyType::counter) << family.name;
      EXPECT_GT(family.help.size(), 10U) << family.name;
    }
  }
}

TEST(Families, OfPointsSayMidDelayAndWhereTheRestIs) {
  ASSERT_EQ(mid_families().size(), agora::mids().size());
  for (std::size_t i = 0; i < mid_families().size(); ++i) {
    const auto& help = mid_families()[i].help;
    EXPECT_THAT(help, testing::HasSubstr("mid " + std::to_string(agora::mids()[i].id) + " "));
    EXPECT_THAT(help, testing::HasSubstr("300 s late"));
    EXPECT_THAT(help, testing::HasSubstr("what falls between two scrapes is in"));
    // A family that a HELP sends to exists.
    const auto kept = help.find("in the counters of ");
    if (kept == std::string::npos) continue;
    EXPECT_THAT(catalog_text(), testing::HasSubstr("  " + help.substr(kept + 19) + "{")) << help;
  }
}

TEST(Families, OfTotalsSayFollowedCallsOnly) {
  for (const auto& section : page_sections()) {
    if (section.title != "Totals of followed calls") continue;
    EXPECT_EQ(section.families.size(), 9U);
    for (const auto& family : section.families)
      EXPECT_THAT(family.help, testing::HasSubstr("followed calls only"));
  }
}

TEST(CatalogText, HoldsEveryTable) {
  const auto text = catalog_text();
  for (const auto& section : page_sections()) {
    for (const auto& family : section.families) EXPECT_THAT(text, testing::HasSubstr(family.name));
  }
  for (const auto& mid : agora::mids())
    EXPECT_THAT(text, testing::HasSubstr("  " + std::to_string(mid.id) + "  "));
  for (const auto& factor : agora::factors())
    EXPECT_THAT(text, testing::HasSubstr(std::string(factor.description)));
  EXPECT_THAT(text, testing::ContainsRegex("standard +call_lists +1/s, 1000/day"));
  EXPECT_EQ(text.find(" \n"), std::string::npos) << "a line ends in a space";
}

TEST(Markdown, RowsHaveAsManyCellsAsTheirTable) {
  std::istringstream in(metrics_markdown());
  std::size_t columns = 0, rows = 0;
  for (std::string line; std::getline(in, line);) {
    std::size_t bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    if (!line.starts_with('|')) {
      columns = 0;
      continue;
    }
    if (columns == 0) columns = bars;
    EXPECT_EQ(bars, columns) << line;
    ++rows;
  }
  EXPECT_GT(rows, 150U);
}

// scripts/generate-docs writes it.
TEST(Markdown, IsWhatDocsMetricsHolds) {
  std::ifstream in(std::string(SOURCE_DIR) + "/docs/metrics.md", std::ios::binary);
  const std::string docs{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  EXPECT_TRUE(docs == metrics_markdown()) << "docs/metrics.md is not up to date: run scripts/generate-docs";
}

}  // namespace
}  // namespace agora_exporter::exposition
