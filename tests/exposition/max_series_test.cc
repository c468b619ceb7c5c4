#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agora_exporter/exposition/page.h"
#include "exposition/worlds.h"
#include "support/text_format.h"

namespace agora_exporter::exposition {
namespace {

text_format::Page page_of(const timeline::World& world, std::size_t max_series) {
  PageOptions options;
  options.max_series = max_series;
  return text_format::parse(render(world, {}, options));
}

// Series of each session shown, by sid.
std::map<std::string, std::size_t> shown(const text_format::Page& page) {
  std::map<std::string, std::size_t> sids;
  for (const auto& [series, value] : page.samples) {
    if (const auto sid = series.second.find("sid"); sid != series.second.end()) ++sids[sid->second];
  }
  return sids;
}
std::size_t sum(const std::map<std::string, std::size_t>& sids) {
  std::size_t all = 0;
  for (const auto& [sid, series] : sids) all += series;
  return all;
}
double hidden(const text_format::Page& page) {
  return *page.find("agora_exporter_sessions_hidden", {{"reason", "max_series"}});
}

TEST(MaxSeries, HidesWholeSessionsAndCountsThem) {
  const auto world = test::random_world(11, 80);
  const auto all = shown(page_of(world, 1'000'000));
  ASSERT_EQ(all.size(), 80U);
  for (const std::size_t limit :
       {sum(all) - 1, sum(all) / 2, sum(all) / 10, std::size_t{1}, std::size_t{0}}) {
    const auto page = page_of(world, limit);
    const auto some = shown(page);
    EXPECT_LE(sum(some), limit);
    EXPECT_EQ(hidden(page), 80.0 - static_cast<double>(some.size()));
    for (const auto& [sid, series] : some) EXPECT_EQ(series, all.at(sid)) << "a part of " << sid;
  }
}

// Everything but the sessions' own series, and the count of those hidden.
text_format::Page without_sessions(text_format::Page page) {
  std::erase_if(page.samples, [](const auto& sample) {
    return sample.first.second.contains("sid") || sample.first.first == "agora_exporter_sessions_hidden";
  });
  return page;
}

TEST(MaxSeries, HidesNothingFromTheTotals) {
  const auto world = test::full_world();
  const auto all = without_sessions(page_of(world, 1'000'000));
  ASSERT_GT(all.samples.size(), 50U);
  ASSERT_GT(hidden(page_of(world, 0)), 0);
  EXPECT_EQ(without_sessions(page_of(world, 0)).samples, all.samples);
}

TEST(MaxSeries, LeavesAllWhenTheyJustFit) {
  const auto world = test::random_world(12, 30);
  const auto all = sum(shown(page_of(world, 1'000'000)));
  EXPECT_EQ(hidden(page_of(world, all)), 0);
  EXPECT_EQ(hidden(page_of(world, all - 1)), 1);
}

TEST(MaxSeries, TakesTheLowestHashes) {
  const auto world = test::random_world(13, 50);
  const auto some = shown(page_of(world, sum(shown(page_of(world, 1'000'000))) / 2));
  std::uint64_t highest_shown = 0, lowest_hidden = ~0ULL;
  for (const auto& session : world.sessions) {
    auto& bound = some.contains(session.text->sid) ? highest_shown : lowest_hidden;
    bound = some.contains(session.text->sid) ? std::max(bound, session.text->hash)
                                             : std::min(bound, session.text->hash);
  }
  EXPECT_LT(highest_shown, lowest_hidden);
}

TEST(MaxSeries, IsReachedExactlyWhereSessionsFit) {
  const auto world = test::random_world(15, 30);
  const auto all = shown(page_of(world, 1'000'000));
  std::vector<std::pair<std::uint64_t, std::string>> by_hash;
  for (const auto& session : world.sessions) by_hash.emplace_back(session.text->hash, session.text->sid);
  std::sort(by_hash.begin(), by_hash.end());
  std::size_t fits = 0;
  for (std::size_t kept = 1; kept <= 10; ++kept) {
    fits += all.at(by_hash[kept - 1].second);
    EXPECT_EQ(shown(page_of(world, fits)).size(), kept);
    EXPECT_EQ(shown(page_of(world, fits - 1)).size(), kept - 1);
  }
}

// As sessions come, those shown can only be pushed out by ones of a lower hash: nobody hidden appears.
TEST(MaxSeries, NewcomersUncoverNobody) {
  const auto world = test::random_world(14, 100);
  const std::size_t limit = sum(shown(page_of(world, 1'000'000))) / 3;
  std::set<std::string> before, before_all;
  for (std::size_t sessions = 40; sessions <= world.sessions.size(); ++sessions) {
    timeline::World part = world;
    part.sessions.resize(sessions);
    part.rows.resize(part.sessions.back().first_row + part.sessions.back().rows);
    for (auto& column : part.values) column.resize(part.rows.size());
    std::erase_if(part.unknown_mids, [&](const auto& u) { return u.row >= part.rows.size(); });
    std::set<std::string> now, all;
    for (const auto& [sid, series] : shown(page_of(part, limit))) now.insert(sid);
    for (const auto& session : part.sessions) all.insert(session.text->sid);
    for (const auto& sid : now) {
      EXPECT_TRUE(sessions == 40 || before.contains(sid) || !before_all.contains(sid))
          << sid << " was uncovered";
    }
    before = now;
    before_all = all;
  }
}

}  // namespace
}  // namespace agora_exporter::exposition
