#include "agora_exporter/exposition/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/report/metrics.h"
#include "exposition/golden.h"
#include "exposition/sections.h"
#include "exposition/worlds.h"
#include "support/text_format.h"

namespace agora_exporter::exposition {
namespace {

using test::joined;
using text_format::Labels;

std::string page_of(const timeline::World& world, const report::Report& report = {},
                    const PageOptions& options = {}) {
  return joined(render(world, report, options));
}

TEST(Golden, EveryFamily) {
  test::expect_golden("full.txt", page_of(test::full_world(), test::full_report()), test::Compare::whole);
}

TEST(Golden, NothingYet) {
  const report::Metrics metrics("1.2.3", Seconds{1800});
  report::Report report;
  report.families = metrics.collect();
  for (auto& family : report.families) {
    if (family.name.starts_with("process_")) family.metric.clear();
  }
  test::expect_golden("nothing_yet.txt", page_of(test::empty_world(), report), test::Compare::whole);
}

TEST(Golden, HostileNamesAndValues) {
  auto world = test::empty_world();
  const auto row = test::add_session(
      world,
      {"a\\b", "quote\" brace}", "line\nbreak", "sid\xFF\xC3", "7", "会议", "{", ",x=\"", "\t", false, 0},
      {0, 9});
  const double values[] = {0, -0.0, 1e-7, 9007199254740992.0, 1e300, 100'000, 0.1, -5};
  for (std::size_t i = 0; i < std::size(values); ++i) test::set(world, row, agora::mids()[i].id, values[i]);
  world.unknown_mids.push_back({row + 1, 4'000'000'000U, 1e-7});
  test::expect_golden("hostile.txt", page_of(world), test::Compare::families_with_series);
}

TEST(Page, HasEveryFamilyInOrderAlsoWithoutSeries) {
  std::vector<std::string> expected;
  for (const auto& section : page_sections()) {
    for (const auto& family : section.families)
      expected.push_back(family.name + " " + std::string(name_of(family.type)));
  }
  for (const auto& world : {timeline::World{}, test::empty_world(), test::full_world()}) {
    std::vector<std::string> actual;
    for (const auto& f : text_format::parse(page_of(world, test::full_report())).families) {
      actual.push_back(f.name + " " + f.type);
    }
    EXPECT_EQ(actual, expected);
  }
}

TEST(Page, EveryFamilyOfTheFullWorldHasSeriesWithTheLabelsThatAreDocumented) {
  const auto page = text_format::parse(page_of(test::full_world(), test::full_report()));
  for (const auto& section : page_sections()) {
    for (const auto& family : section.families) {
      const auto samples =
          page.all(family.type == FamilyType::histogram ? family.name + "_sum" : family.name);
      const bool optional =
          family.name.starts_with("process_") || family.name.find("insight") != std::string::npos;
      EXPECT_TRUE(optional || !samples.empty()) << family.name;
      for (const auto& [labels, value] : samples) {
        std::vector<std::string> names;
        for (const auto& [name, text] : labels) names.push_back(name);
        std::vector<std::string> documented;
        for (std::size_t at = 0; at < family.labels.size();) {
          const auto end = std::min(family.labels.find(',', at), family.labels.size());
          documented.push_back(family.labels.substr(at, end - at));
          at = end + 1;
        }
        EXPECT_THAT(names, testing::UnorderedElementsAreArray(documented)) << family.name;
      }
    }
  }
}

// Every value of a World is on the page, and nothing else is.
void expect_sessions_match(const timeline::World& world, const text_format::Page& page) {
  std::map<text_format::Series, double> expected;
  const auto add = [&](const std::string& name, const Labels& labels, double value) {
    if (!std::isnan(value)) expected[{name, labels}] = value;
  };
  for (const auto& session : world.sessions) {
    const auto& t = *session.text;
    const Labels base{
        {"app", t.app}, {"channel", t.channel}, {"call_id", t.call_id}, {"sid", t.sid}, {"uid", t.uid}};
    add("agora_session_join_timestamp_seconds", base, static_cast<double>(unix_seconds(session.joined)));
    Labels info = base;
    info.insert({{"network", t.network},
                 {"platform", t.platform},
                 {"sdk_version", t.sdk_version},
                 {"device_type", t.device_type},
                 {"speaker", t.speaker ? "true" : "false"}});
    add("agora_session_info", info, 1);
    for (auto r = session.first_row; r < session.first_row + session.rows; ++r) {
      Labels labels = base;
      labels["peer_uid"] = std::to_string(world.rows[r].peer_uid);
      for (std::size_t mid = 0; mid < world.values.size(); ++mid) {
        add("agora_session_" + std::string(agora::mids()[mid].family), labels, world.values[mid][r]);
      }
      add("agora_session_audio_playback_seconds_total", labels, world.rows[r].audio_playback);
      add("agora_session_audio_freeze_seconds_total", labels, world.rows[r].audio_freeze);
      add("agora_session_video_playback_seconds_total", labels, world.rows[r].video_playback);
      add("agora_session_video_freeze_seconds_total", labels, world.rows[r].video_freeze);
      for (const auto& unknown : world.unknown_mids) {
        if (unknown.row != r) continue;
        Labels with_mid = labels;
        with_mid["mid"] = std::to_string(unknown.mid);
        add("agora_session_unknown_mid", with_mid, unknown.value);
      }
    }
  }
  std::map<text_format::Series, double> actual;
  for (const auto& [series, value] : page.samples) {
    if (series.second.contains("sid")) actual[series] = value;
  }
  EXPECT_EQ(actual, expected);
}

TEST(Page, ParsesBackToTheWorldsValues) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto world = test::random_world(seed, 60);
    expect_sessions_match(world, text_format::parse(page_of(world)));
  }
  expect_sessions_match(test::full_world(), text_format::parse(page_of(test::full_world())));
}

TEST(Page, DoesNotDependOnTheWorldsOrder) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto world = test::random_world(seed, 40);
    ASSERT_EQ(page_of(test::shuffled(world, seed)), page_of(world));
  }
  EXPECT_EQ(page_of(test::shuffled(test::full_world(), 7)), page_of(test::full_world()));
}

TEST(Page, WithoutSessionsKeepsTheTotals) {
  PageOptions options;
  options.sessions = false;
  const auto page = text_format::parse(page_of(test::full_world(), {}, options));
  EXPECT_EQ(page.count("agora_session_info"), 0U);
  EXPECT_EQ(page.count("agora_session_app_cpu_ratio"), 0U);
  EXPECT_EQ(page.count("agora_session_unknown_mid"), 0U);
  EXPECT_NE(page.family("agora_session_info"), nullptr);
  EXPECT_EQ(page.count("agora_session_seconds_total"), 2U);
  EXPECT_EQ(*page.find("agora_active_calls", {{"app", "shop"}}), 3);
  EXPECT_EQ(*page.find("agora_exporter_sessions_hidden", {{"reason", "max_series"}}), 0);
}

TEST(Page, ShowsChosenMidsOnly) {
  PageOptions options;
  options.mids = {20001, 20005};
  const auto page = text_format::parse(page_of(test::full_world(), {}, options));
  EXPECT_EQ(page.count("agora_session_app_cpu_ratio"), 1U);
  EXPECT_EQ(page.count("agora_session_audio_freeze_duration_seconds"), 1U);
  EXPECT_EQ(page.count("agora_session_system_cpu_ratio"), 0U);
  EXPECT_EQ(page.count("agora_session_audio_playback_seconds_total"), 1U);
  EXPECT_EQ(page.count("agora_session_video_playback_seconds_total"), 0U);
  EXPECT_EQ(page.count("agora_session_unknown_mid"), 0U);
  EXPECT_EQ(page.count("agora_session_info"), 2U);

  options.mids = {29999};
  const auto unknown = text_format::parse(page_of(test::full_world(), {}, options));
  EXPECT_EQ(unknown.count("agora_session_unknown_mid"), 1U);
  EXPECT_EQ(unknown.count("agora_session_app_cpu_ratio"), 0U);
}

TEST(Page, StandardErrorsAreThoseOfAppsThatAreSampled) {
  const auto page = text_format::parse(page_of(test::full_world()));
  EXPECT_EQ(
      *page.find("agora_exporter_estimate_standard_error", {{"app", "shop"}, {"total", "session_seconds"}}),
      120.5);
  EXPECT_EQ(page.count("agora_exporter_estimate_standard_error"), 9U) << "none of the quiet app";
  // Each names a family of the page.
  for (const auto& [labels, value] : page.all("agora_exporter_estimate_standard_error")) {
    std::string name = "agora_" + labels.at("total");
    if (name.ends_with("_count")) {
      name.resize(name.size() - 6);
    } else {
      name += "_total";
    }
    EXPECT_NE(page.family(name), nullptr) << name;
  }
}

TEST(Page, HelpOfTotalsGoesByTheObjective) {
  auto world = test::full_world();
  const std::string representative = page_of(world);
  world.representative = false;
  const std::string coverage = page_of(world);
  const auto help = [](const std::string& page, const std::string& name) {
    const auto start = page.find("# HELP " + name + " ");
    return page.substr(start, page.find('\n', start) - start);
  };
  const std::string no_estimate = "not an estimate of the population";
  for (const char* name : {"agora_session_seconds_total", "agora_audio_freeze_seconds_total",
                           "agora_video_playback_seconds_total", "agora_observed_video_frames_per_second"}) {
    EXPECT_NE(help(coverage, name).find(no_estimate), std::string::npos) << name;
    EXPECT_EQ(help(representative, name).find(no_estimate), std::string::npos) << name;
    EXPECT_NE(help(representative, name).find("an estimate of all"), std::string::npos) << name;
  }
  EXPECT_EQ(help(coverage, "agora_calls_started_total"), help(representative, "agora_calls_started_total"));
}

TEST(Page, ActiveCallsOfAQuietAppAreZero) {
  const auto page = text_format::parse(page_of(test::full_world()));
  EXPECT_EQ(*page.find("agora_active_calls", {{"app", "quiet"}}), 0);
  EXPECT_EQ(*page.find("agora_call_duration_seconds_count", {{"app", "quiet"}}), 0);
  EXPECT_EQ(*page.find("agora_call_duration_seconds_count", {{"app", "shop"}}), 36);
}

TEST(Page, InsightOfTwoProductsAndGranularitiesStaysApart) {
  auto world = test::full_world();
  auto& shop = world.apps.front();
  shop.insight.push_back({agora::Endpoint::insight_usage, agora::Granularity::hour, "userCount", "",
                          world_time(1'699'999'200), 41});
  shop.insight.push_back({agora::Endpoint::insight_quality, agora::Granularity::day, "joinSuccessRate",
                          "WebRTC", world_time(1'699'833'600), timeline::kAbsent});
  const auto page = text_format::parse(page_of(world));
  EXPECT_EQ(*page.find("agora_insight_hourly_users", {{"app", "shop"}}), 41);
  EXPECT_EQ(*page.find("agora_insight_daily_users", {{"app", "shop"}}), 1000);
  EXPECT_EQ(page.count("agora_insight_daily_join_success_ratio"), 0U);
  EXPECT_EQ(page.count("agora_insight_hourly_join_success_ratio"), 2U);
  // 8 usage and 10 quality rows, and the one of the hour; a bucket without a value is not shown.
  EXPECT_EQ(page.count("agora_insight_bucket_timestamp_seconds"), 19U);
  EXPECT_EQ(*page.find("agora_insight_bucket_timestamp_seconds", {{"app", "shop"},
                                                                  {"source", "quality"},
                                                                  {"granularity", "1h"},
                                                                  {"metric", "networkDelay"},
                                                                  {"product", "Native"}}),
            1'699'837'200);
}

}  // namespace
}  // namespace agora_exporter::exposition
