#include "agora_exporter/storage/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/journal_harness.h"
#include "storage/journal_names.h"
#include "support/faulty_disk.h"

namespace agora_exporter::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PruneSummary prune(Journal& journal, WallTime now, WallTime needed, const std::string& totals = "totals") {
  auto summary = journal.prune(now, needed, [&] { return totals; });
  EXPECT_TRUE(summary.has_value()) << (summary ? "" : summary.error().text());
  return summary ? *summary : PruneSummary{};
}

TEST(JournalNames, Come_back_and_sort_in_order_of_appending) {
  for (const auto& [name, text] : {std::pair{JournalName{kFirstDay, 1}, "journal-2023-11-15.db"},
                                   {JournalName{kFirstDay, 2}, "journal-2023-11-15-2.db"},
                                   {JournalName{kFirstDay, 10}, "journal-2023-11-15-10.db"},
                                   {JournalName{-1, 1}, "journal-1969-12-31.db"}}) {
    EXPECT_EQ(file_name(name), text);
    EXPECT_EQ(parse_journal_name(text), name);
  }
  EXPECT_LT((JournalName{kFirstDay, 2}), (JournalName{kFirstDay, 10}));
  for (const char* other :
       {"ledger.db", "journal-.db", "journal-2023-11-15.db-wal", "journal-2023-11-15.db.new",
        "journal-2023-02-30.db", "journal-2023-11-15-1.db", "journal-2023-11-15-02.db",
        "journal-2023-11-15x2.db", "journal-2023x11-15.db", "journal-2023-11-15-99999999999.db"}) {
    EXPECT_FALSE(parse_journal_name(other).has_value()) << other;
  }
}

TEST(Journal, A_new_folder_has_nothing) {
  const auto disk = make_memory_disk();
  Replayed replayed;
  const auto journal = open_journal(*disk, replayed);
  EXPECT_THAT(replayed.facts, IsEmpty());
  EXPECT_EQ(replayed.checkpoint, "none");
  EXPECT_EQ(journal->size(), 0U);
  EXPECT_THAT(prune(*journal, on_day(0), on_day(0)).removed, IsEmpty());
}

TEST(Journal, Every_kind_of_facts_comes_back_in_order) {
  const auto disk = make_memory_disk();
  std::vector<std::string> appended, read;
  {
    const auto journal = open_journal(*disk);
    for (const agora::Facts& facts : odd_facts()) {
      ASSERT_TRUE(journal->append(facts, on_day(0)));
      appended.push_back(text_of(facts));
    }
  }
  auto journal = Journal::open(*disk, options());
  ASSERT_TRUE(journal);
  const auto summary = (*journal)->replay([](const std::string&) {},
                                          [&](agora::Facts&& facts) { read.push_back(text_of(facts)); });
  ASSERT_TRUE(summary);
  EXPECT_EQ(read, appended);
  EXPECT_EQ(summary->records, appended.size());
  EXPECT_EQ(summary->damaged_records, 0U);
}

TEST(Journal, Goes_on_after_a_restart) {
  const auto disk = make_memory_disk();
  for (int n = 1; n <= 5; ++n) {
    const auto journal = open_journal(*disk);
    ASSERT_TRUE(journal->append(small_facts(n, on_day(0)), on_day(0)));
  }
  EXPECT_THAT(replay_of(*disk).facts, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(files_in(*disk), ElementsAre("journal-2023-11-15.db"));
}

TEST(Journal, Nothing_is_appended_before_the_replay) {
  const auto disk = make_memory_disk();
  auto journal = Journal::open(*disk, options());
  ASSERT_TRUE(journal);
  EXPECT_FALSE((*journal)->append(small_facts(1, on_day(0)), on_day(0)).has_value());
}

TEST(Journal, Rolls_at_the_end_of_a_day) {
  const auto disk = make_memory_disk();
  {
    const auto journal = open_journal(*disk);
    ASSERT_TRUE(journal->append(small_facts(1, on_day(0, 86'399)), on_day(0, 86'399)));
    ASSERT_TRUE(journal->append(small_facts(2, on_day(1)), on_day(1)));
  }
  EXPECT_THAT(files_in(*disk), ElementsAre("journal-2023-11-15.db", "journal-2023-11-16.db"));
  EXPECT_THAT(replay_of(*disk).facts, ElementsAre(1, 2));
}

TEST(Journal, A_clock_set_back_does_not_turn_the_order_around) {
  const auto disk = make_memory_disk();
  {
    const auto journal = open_journal(*disk);
    ASSERT_TRUE(journal->append(small_facts(1, on_day(5)), on_day(5)));
    ASSERT_TRUE(journal->append(small_facts(2, on_day(3)), on_day(3)));
  }
  EXPECT_THAT(replay_of(*disk).facts, ElementsAre(1, 2));
}

TEST(Journal, Rolls_at_an_eighth_of_its_size) {
  const auto disk = make_memory_disk();
  constexpr std::uint64_t kMax = 8 * 100'000;
  const auto journal = open_journal(*disk, options(kMax));
  for (int n = 1; n <= 40; ++n) {
    ASSERT_TRUE(journal->append(points_facts(static_cast<std::uint32_t>(n), 40, 300, on_day(0)), on_day(0)));
  }
  const auto files = files_in(*disk);
  EXPECT_GT(files.size(), 2U);
  std::uint64_t sum = 0;
  for (const std::string& file : files) {
    const auto size = disk->size("data/" + file);
    ASSERT_TRUE(size);
    EXPECT_LT(*size, 100'000U + 60'000U) << file;
    sum += *size;
  }
  EXPECT_EQ(journal->size(), sum);
}

TEST(JournalPrune, Removes_what_is_older_than_the_retention_behind_a_checkpoint) {
  const auto disk = make_memory_disk();
  {
    const auto journal = open_journal(*disk);
    for (int day = 0; day < 6; ++day)
      ASSERT_TRUE(journal->append(small_facts(day, on_day(day)), on_day(day)));
    const PruneSummary summary = prune(*journal, on_day(5), on_day(5));
    EXPECT_THAT(summary.removed, ElementsAre("journal-2023-11-15.db", "journal-2023-11-16.db"));
    EXPECT_FALSE(summary.over_size);
    EXPECT_THAT(prune(*journal, on_day(5), on_day(5)).removed, IsEmpty());
  }
  const Replayed replayed = replay_of(*disk);
  EXPECT_EQ(replayed.checkpoint, "totals");
  EXPECT_THAT(replayed.facts, ElementsAre(2, 3, 4, 5));
  EXPECT_EQ(files_in(*disk).size(), 4U);
}

TEST(JournalPrune, Keeps_what_is_needed_and_all_behind_it) {
  const auto disk = make_memory_disk();
  const auto journal = open_journal(*disk);
  for (int day = 0; day < 6; ++day)
    ASSERT_TRUE(journal->append(small_facts(day, on_day(day, 7)), on_day(day, 7)));
  EXPECT_THAT(prune(*journal, on_day(5), on_day(0, 7)).removed, IsEmpty()) << "received at that very instant";
  EXPECT_THAT(prune(*journal, on_day(5), on_day(0, 8)).removed, ElementsAre("journal-2023-11-15.db"));
  EXPECT_THAT(prune(*journal, on_day(100), on_day(100)).removed.size(), 4U) << "the newest stays";
}

TEST(JournalPrune, Removes_the_oldest_until_it_fits) {
  const auto disk = make_memory_disk();
  constexpr std::uint64_t kMax = 400'000;
  const auto journal = open_journal(*disk, options(kMax));
  for (int n = 0; n < 60; ++n) {
    ASSERT_TRUE(
        journal->append(points_facts(static_cast<std::uint32_t>(n), 40, 300, on_day(0, n)), on_day(0, n)));
  }
  ASSERT_GT(journal->size(), kMax);
  EXPECT_TRUE(prune(*journal, on_day(0, 60), on_day(0, 0)).over_size) << "all of it may still be shown";
  ASSERT_GT(journal->size(), kMax);
  const PruneSummary summary = prune(*journal, on_day(0, 60), on_day(0, 60));
  EXPECT_FALSE(summary.over_size);
  EXPECT_FALSE(summary.removed.empty());
  EXPECT_LE(journal->size(), kMax);
}

TEST(JournalPrune, The_newest_checkpoint_counts) {
  const auto disk = make_memory_disk();
  {
    const auto journal = open_journal(*disk);
    for (int day = 0; day < 9; ++day) {
      ASSERT_TRUE(journal->append(small_facts(day, on_day(day)), on_day(day)));
      prune(*journal, on_day(day), on_day(day), "totals of day " + std::to_string(day));
    }
  }
  EXPECT_EQ(replay_of(*disk).checkpoint, "totals of day 8");
}

TEST(JournalPrune, After_a_restart_the_ages_of_files_are_known) {
  const auto disk = make_memory_disk();
  {
    const auto journal = open_journal(*disk);
    for (int day = 0; day < 6; ++day)
      ASSERT_TRUE(journal->append(small_facts(day, on_day(day)), on_day(day)));
  }
  const auto journal = open_journal(*disk);
  EXPECT_THAT(prune(*journal, on_day(5), on_day(1)).removed, ElementsAre("journal-2023-11-15.db"));
}

TEST(JournalFaults, A_full_disk_is_said_and_got_over) {
  FaultyDisk disk;
  {
    const auto journal = open_journal(disk);
    ASSERT_TRUE(journal->append(small_facts(1, on_day(0)), on_day(0)));
    disk.fill_after(0);
    const auto full = journal->append(small_facts(2, on_day(0)), on_day(0));
    ASSERT_FALSE(full.has_value());
    EXPECT_THAT(full.error().text(), testing::HasSubstr("full"));
    EXPECT_FALSE(journal->append(small_facts(2, on_day(1)), on_day(1)).has_value())
        << "nor can a new file be made";
    disk.fill_after(UINT64_MAX);
    ASSERT_TRUE(journal->append(small_facts(2, on_day(0)), on_day(0)));
    ASSERT_TRUE(journal->append(small_facts(3, on_day(1)), on_day(1)));
  }
  EXPECT_THAT(replay_of(disk).facts, ElementsAre(1, 2, 3));
}

// Whatever the room, an append that failed left nothing, and one that did not is there.
TEST(JournalFaults, A_disk_that_fills_up_at_any_byte) {
  for (std::uint64_t room = 0; room < 70'000; room += 1'500) {
    FaultyDisk disk;
    std::vector<std::uint32_t> appended;
    {
      const auto journal = open_journal(disk, options(160'000));
      disk.fill_after(room);
      for (int n = 1; n <= 30; ++n) {
        if (journal->append(small_facts(n, on_day(n / 10)), on_day(n / 10))) appended.push_back(n);
      }
      static_cast<void>(journal->prune(on_day(9), on_day(9), [] { return std::string("t"); }));
    }
    disk.fill_after(UINT64_MAX);
    const Replayed replayed = replay_of(disk);
    EXPECT_EQ(replayed.summary.damaged_records, 0U);
    EXPECT_THAT(replayed.summary.files_set_aside, IsEmpty());
    if (replayed.checkpoint == "none") {
      EXPECT_EQ(replayed.facts, appended) << "room " << room;
    } else {
      EXPECT_TRUE(
          std::includes(appended.begin(), appended.end(), replayed.facts.begin(), replayed.facts.end()));
    }
  }
}

TEST(JournalFaults, A_read_only_disk_is_said_and_got_over) {
  FaultyDisk disk;
  {
    const auto journal = open_journal(disk);
    ASSERT_TRUE(journal->append(small_facts(1, on_day(0)), on_day(0)));
    disk.set_read_only(true);
    EXPECT_FALSE(journal->append(small_facts(2, on_day(0)), on_day(0)).has_value());
    EXPECT_FALSE(journal->append(small_facts(2, on_day(1)), on_day(1)).has_value());
    disk.set_read_only(false);
    ASSERT_TRUE(journal->append(small_facts(2, on_day(0)), on_day(0)));
  }
  disk.set_read_only(true);
  EXPECT_THAT(replay_of(disk).facts, ElementsAre(1, 2)) << "what was closed can be read";
}

}  // namespace
}  // namespace agora_exporter::storage
