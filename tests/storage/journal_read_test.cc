// Reading the journal anew while it is appended to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/journal_harness.h"
#include "support/faulty_disk.h"

namespace agora_exporter::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Read {
  std::string checkpoint = "none";
  std::vector<std::uint32_t> facts;
  Result<void> how;
};
Read read(Journal& journal, std::size_t most = SIZE_MAX) {
  Read read;
  read.how = journal.read([&](const std::string& totals) { read.checkpoint = totals; },
                          [&](agora::Facts&& facts) {
                            read.facts.push_back(facts.asked.ticket.ordinal);
                            return read.facts.size() < most;
                          });
  return read;
}
void append(Journal& journal, int n, int day) {
  ASSERT_TRUE(journal.append(small_facts(n, on_day(day)), on_day(day)));
}

TEST(JournalRead, GivesWhatAStartWould) {
  const auto disk = make_memory_disk();
  const auto journal = open_journal(*disk);
  for (int n = 1; n <= 3; ++n) append(*journal, n, 0);
  EXPECT_THAT(read(*journal).facts, ElementsAre(1, 2, 3)) << "the file is open for appending";
  append(*journal, 4, 1);
  EXPECT_THAT(read(*journal).facts, ElementsAre(1, 2, 3, 4));
  append(*journal, 5, 1);
  const Read last = read(*journal);
  EXPECT_TRUE(last.how) << last.how.error().text();
  EXPECT_EQ(last.facts, replay_of(*disk).facts);
}

TEST(JournalRead, BeginsWithTheCheckpoint) {
  const auto disk = make_memory_disk();
  const auto journal = open_journal(*disk);
  for (int day = 0; day < 6; ++day) append(*journal, day + 1, day);
  ASSERT_FALSE(journal->prune(on_day(6), on_day(4), [] { return std::string("totals"); })->removed.empty());
  const Read now = read(*journal);
  EXPECT_EQ(now.checkpoint, "totals");
  EXPECT_EQ(now.facts, replay_of(*disk).facts);
  EXPECT_EQ(now.facts.back(), 6u);
}

TEST(JournalRead, IsBrokenOffOnDemand) {
  const auto disk = make_memory_disk();
  const auto journal = open_journal(*disk);
  for (int n = 1; n <= 5; ++n) append(*journal, n, n / 3);
  const Read some = read(*journal, 2);
  EXPECT_THAT(some.facts, ElementsAre(1, 2));
  ASSERT_FALSE(some.how);
  EXPECT_THAT(some.how.error().text(), HasSubstr("the reading was broken off"));
}

TEST(JournalRead, WhatCanNoLongerBeReadIsAnError) {
  FaultyDisk disk;
  const auto journal = open_journal(disk);
  for (int n = 1; n <= 60; ++n) append(*journal, n, 0);
  append(*journal, 61, 1);
  const std::string first = "data/journal-2023-11-15.db";
  const std::string good = disk.content(first);
  std::string bad = good;
  for (std::size_t at = good.size() / 2; at < good.size(); ++at) bad[at] = static_cast<char>(~bad[at]);
  disk.set_content(first, bad);
  const Read damaged = read(*journal);
  ASSERT_FALSE(damaged.how);
  EXPECT_THAT(damaged.how.error().text(), HasSubstr(first));
  disk.set_content(first, good);
  EXPECT_TRUE(read(*journal).how);
  append(*journal, 62, 1);
  EXPECT_EQ(read(*journal).facts.size(), 62u);
}

// What the start met and put up with does not keep a configuration from being read again.
TEST(JournalRead, ACheckpointThatWasDamagedAtTheStart) {
  FaultyDisk disk;
  {
    const auto journal = open_journal(disk);
    for (int day = 0; day < 6; ++day) {
      append(*journal, day + 1, day);
      ASSERT_TRUE(journal->prune(on_day(day), on_day(day), [&] { return "totals " + std::to_string(day); }));
    }
  }
  const std::string newest = "data/journal-2023-11-20.db";
  std::string bytes = disk.content(newest);
  bytes.at(bytes.find("totals 5")) = 'T';
  disk.set_content(newest, bytes);
  const auto journal = open_journal(disk);
  const Read now = read(*journal);
  EXPECT_TRUE(now.how) << now.how.error().text();
  EXPECT_EQ(now.checkpoint, "totals 4");
}

TEST(JournalRead, NotBeforeTheReplay) {
  const auto disk = make_memory_disk();
  const auto journal = Journal::open(*disk, options());
  ASSERT_TRUE(journal);
  EXPECT_FALSE(read(**journal).how);
}

}  // namespace
}  // namespace agora_exporter::storage
