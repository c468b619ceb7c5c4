// Bytes go wrong by themselves: what can be read is used, the rest is counted and kept aside, and collection
// goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "storage/journal_harness.h"
#include "storage/sqlite.h"
#include "support/faulty_disk.h"

namespace agora_exporter::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint32_t kRecords = 120;
const std::string kFile = "data/journal-2023-11-15.db";

agora::Facts record(std::uint32_t n) {
  agora::Facts facts = points_facts(n, 3, 30, on_day(0));
  facts.asked.ticket.ordinal = n;
  return facts;
}

std::string good_file() {
  FaultyDisk disk;
  {
    const auto journal = open_journal(disk);
    for (std::uint32_t n = 1; n <= kRecords; ++n) {
      EXPECT_TRUE(journal->append(record(n), on_day(0)));
    }
  }
  return disk.content(kFile);
}

// After damage: what is folded was appended, in order; what is missing is counted or the file was set aside;
// and the next record, and the next start, go well.
void expect_survives(FaultyDisk& disk, const std::string& bad, std::uint64_t& damaged,
                     std::uint64_t& set_aside) {
  disk.set_content(kFile, bad);
  Replayed replayed;
  {
    const auto journal = open_journal(disk, replayed);
    ASSERT_TRUE(journal);
    ASSERT_TRUE(journal->append(small_facts(1'000, on_day(0)), on_day(0)));
  }
  ASSERT_TRUE(std::is_sorted(replayed.facts.begin(), replayed.facts.end()));
  EXPECT_EQ(std::adjacent_find(replayed.facts.begin(), replayed.facts.end()), replayed.facts.end());
  EXPECT_EQ(replayed.facts.size(), replayed.summary.records);
  for (std::size_t i = 0; i < replayed.facts.size(); ++i) {
    ASSERT_EQ(replayed.texts[i], text_of(record(replayed.facts[i]))) << "what is damaged is never folded";
  }
  damaged += replayed.summary.damaged_records;
  set_aside += replayed.summary.files_set_aside.size();
  if (replayed.summary.files_set_aside.empty()) {
    EXPECT_EQ(replayed.facts.size() + replayed.summary.damaged_records, kRecords);
  } else {
    EXPECT_THAT(replayed.summary.files_set_aside, ElementsAre(kFile + ".damaged"));
    EXPECT_EQ(disk.content(kFile + ".damaged"), bad);
  }
  // What was read once is read again: nothing was given up with the damaged file.
  Replayed again = replay_of(disk);
  EXPECT_THAT(again.summary.files_set_aside, IsEmpty());
  ASSERT_FALSE(again.facts.empty());
  EXPECT_EQ(again.facts.back(), 1'000U);
  again.facts.pop_back();
  EXPECT_EQ(again.facts, replayed.facts);
}

TEST(JournalDamage, Any_flipped_byte_is_found) {
  const std::string good = good_file();
  std::uint64_t damaged = 0, set_aside = 0;
  for (std::size_t at = 0; at < good.size(); at += at < 128 ? 1 : 101) {
    SCOPED_TRACE(testing::Message() << "byte " << at);
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    FaultyDisk disk;
    expect_survives(disk, bad, damaged, set_aside);
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(damaged, 100U);
  EXPECT_GT(set_aside, 10U);
}

TEST(JournalDamage, Truncated_at_any_size_it_is_set_aside_and_the_rest_used) {
  const std::string good = good_file();
  std::uint64_t damaged = 0, set_aside = 0, sizes = 0;
  for (std::size_t size = 0; size < good.size(); size += 1'009) {
    SCOPED_TRACE(testing::Message() << "size " << size);
    FaultyDisk disk;
    expect_survives(disk, good.substr(0, size), damaged, set_aside);
    if (testing::Test::HasFailure()) return;
    ++sizes;
  }
  EXPECT_EQ(set_aside, sizes);
}

TEST(JournalDamage, Overwritten_pages_cost_their_records_only) {
  const std::string good = good_file();
  std::uint64_t damaged = 0, set_aside = 0;
  for (std::size_t page = 0; page * 4'096 < good.size(); ++page) {
    SCOPED_TRACE(testing::Message() << "page " << page);
    std::string bad = good;
    std::fill_n(bad.begin() + static_cast<std::ptrdiff_t>(page * 4'096), 4'096, '\x5a');
    FaultyDisk disk;
    disk.set_content(kFile, bad);
    const Replayed replayed = replay_of(disk);
    // Pages 0 to 2 hold the header and the roots of both tables: behind the first two nothing is found.
    EXPECT_EQ(replayed.summary.files_set_aside.size(), 1U);
    if (page > 1) {
      EXPECT_GT(replayed.facts.size(), kRecords / 2);
      EXPECT_EQ(replay_of(disk).facts, replayed.facts);
    }
  }
  for (std::size_t at = 3 * 4'096 + 2'000; at < good.size(); at += 4'096) {
    std::string bad = good;
    std::fill_n(bad.begin() + static_cast<std::ptrdiff_t>(at), 40, '\0');
    FaultyDisk disk;
    expect_survives(disk, bad, damaged, set_aside);
  }
  EXPECT_GT(damaged, 5U);
}

TEST(JournalDamage, Other_files_are_not_touched) {
  FaultyDisk disk;
  {
    const auto journal = open_journal(disk);
    for (int day = 0; day < 3; ++day)
      ASSERT_TRUE(journal->append(small_facts(day, on_day(day)), on_day(day)));
  }
  disk.set_content("data/journal-2023-11-16.db", "no database at all");
  disk.set_content("data/notes.txt", "mine");
  const Replayed replayed = replay_of(disk);
  EXPECT_THAT(replayed.facts, ElementsAre(0, 2));
  EXPECT_THAT(replayed.summary.files_set_aside, ElementsAre("data/journal-2023-11-16.db.damaged"));
  EXPECT_EQ(disk.content("data/notes.txt"), "mine");
}

TEST(JournalDamage, A_file_damaged_while_it_is_written_to_does_not_stop_collection) {
  FaultyDisk disk;
  std::vector<std::uint32_t> appended;
  {
    // The journal is reopened, so that nothing of the file is in SQLite's memory.
    { ASSERT_TRUE(open_journal(disk)->append(small_facts(1, on_day(0)), on_day(0))); }
    const auto journal = open_journal(disk);
    disk.set_content(kFile, std::string(disk.content(kFile).size(), '\x17'));
    EXPECT_TRUE(journal->append(small_facts(2, on_day(0)), on_day(0)) ||
                journal->append(small_facts(2, on_day(0)), on_day(0)));
    EXPECT_TRUE(journal->append(small_facts(3, on_day(0)), on_day(0)));
  }
  const Replayed replayed = replay_of(disk);
  EXPECT_THAT(replayed.facts, ElementsAre(2, 3));
  EXPECT_EQ(replayed.summary.files_set_aside.size(), 1U);
}

TEST(JournalDamage, A_damaged_checkpoint_is_counted_and_the_one_before_it_used) {
  FaultyDisk disk;
  std::string newest;
  {
    const auto journal = open_journal(disk);
    for (int day = 0; day < 6; ++day) {
      ASSERT_TRUE(journal->append(small_facts(day, on_day(day)), on_day(day)));
      const auto totals = [&] { return "totals of day " + std::to_string(day); };
      ASSERT_TRUE(journal->prune(on_day(day), on_day(day), totals));
    }
  }
  newest = "data/journal-2023-11-20.db";
  ASSERT_EQ(replay_of(disk).checkpoint, "totals of day 5");
  std::string bytes = disk.content(newest);
  const std::size_t at = bytes.find("totals of day 5");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'T';
  disk.set_content(newest, bytes);
  const Replayed replayed = replay_of(disk);
  EXPECT_EQ(replayed.checkpoint, "totals of day 4");
  EXPECT_EQ(replayed.summary.damaged_records, 1U);
}

TEST(JournalFormat, A_newer_one_is_refused_and_left_alone) {
  FaultyDisk disk;
  { ASSERT_TRUE(open_journal(disk)->append(small_facts(1, on_day(0)), on_day(0))); }
  {
    auto db = Database::open(disk, kFile, OpenMode::read_write);
    ASSERT_TRUE(db);
    ASSERT_TRUE(prepare_for_writing(*db));
    ASSERT_TRUE(db->execute("PRAGMA user_version=2; PRAGMA application_id=0x414a0002"));
  }
  const std::string before = disk.content(kFile);
  auto journal = Journal::open(disk, options());
  ASSERT_TRUE(journal);
  const auto summary = (*journal)->replay([](const std::string&) {}, [](agora::Facts&&) {});
  ASSERT_FALSE(summary.has_value());
  EXPECT_THAT(summary.error().text(),
              testing::HasSubstr("newer exporter (format 2, this one knows up to 1)"));
  EXPECT_EQ(disk.content(kFile), before);
}

}  // namespace
}  // namespace agora_exporter::storage
