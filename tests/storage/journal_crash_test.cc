// The power goes at every single operation, unsynced bytes lost or torn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "storage/journal_harness.h"
#include "support/faulty_disk.h"

namespace agora_exporter::storage {
namespace {

// What the process knew when the power went.
struct Known {
  std::uint32_t appended = 0;  // facts 1..appended
  std::uint32_t being_appended = 0;
  std::string checkpoint = "none";  // as committed for sure
  std::string next_checkpoint;      // perhaps
};

// Does not compress.
std::string noise(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string bytes(20'000, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

// Eight days of a few facts each, pruned now and then, with a small journal so that it also rolls by size.
// The totals are the number of facts so far. False: the power went.
bool live(FaultyDisk& disk, Known& known) {
  JournalOptions o = options(8 * 40'000);
  o.retention = 2 * kDay;
  auto journal = Journal::open(disk, o);
  if (!journal) return false;
  if (!(*journal)->replay([](const std::string&) {}, [](agora::Facts&&) {})) return false;
  for (int day = 0; day < 8; ++day) {
    for (int i = 0; i < 3; ++i) {
      const std::uint32_t n = known.appended + 1;
      const WallTime now = on_day(day, i);
      known.being_appended = n;
      agora::Facts facts = small_facts(0, now);
      if (i == 1) facts.body = agora::Undecodable{"large", noise(n)};
      facts.asked.ticket.ordinal = n;
      if (!(*journal)->append(facts, now)) return false;
      known.appended = n;
    }
    const auto totals = [&] { return known.next_checkpoint = std::to_string(known.appended); };
    const auto pruned = (*journal)->prune(on_day(day, 10), on_day(day, 10), totals);
    if (!pruned) return false;
    if (!pruned->removed.empty()) known.checkpoint = known.next_checkpoint;
  }
  return true;
}

void expect_nothing_lost(Disk& disk, const Known& known) {
  Replayed replayed;
  {
    const auto journal = open_journal(disk, replayed);
    ASSERT_TRUE(journal);
    EXPECT_TRUE(journal->append(small_facts(999, on_day(20)), on_day(20)));
  }
  EXPECT_EQ(replayed.summary.damaged_records, 0U);
  EXPECT_THAT(replayed.summary.files_set_aside, testing::IsEmpty());
  EXPECT_TRUE(replayed.checkpoint == known.checkpoint || replayed.checkpoint == known.next_checkpoint)
      << replayed.checkpoint << ", not " << known.checkpoint << " or " << known.next_checkpoint;
  // All the facts that the checkpoint does not count, in order, each once; the last one may be the one under
  // way.
  ASSERT_TRUE(std::is_sorted(replayed.facts.begin(), replayed.facts.end()));
  EXPECT_EQ(std::adjacent_find(replayed.facts.begin(), replayed.facts.end()), replayed.facts.end());
  const std::uint32_t counted =
      replayed.checkpoint == "none" ? 0 : static_cast<std::uint32_t>(std::stoul(replayed.checkpoint));
  const std::uint32_t last = replayed.facts.empty() ? 0 : replayed.facts.back();
  EXPECT_GE(last, known.appended);
  EXPECT_LE(last, std::max(known.appended, known.being_appended));
  for (std::uint32_t n = counted + 1; n <= known.appended; ++n) {
    EXPECT_TRUE(std::binary_search(replayed.facts.begin(), replayed.facts.end(), n)) << "fact " << n;
  }
  // Without gaps: a file that a checkpoint covers is never folded again.
  if (!replayed.facts.empty()) {
    EXPECT_EQ(replayed.facts.back() - replayed.facts.front() + 1, replayed.facts.size());
  }
}

// Seed 0: only synced bytes survive; else what does is drawn anew for each operation.
void crash_everywhere(std::uint32_t first_seed) {
  FaultyDisk whole;
  Known all;
  ASSERT_TRUE(live(whole, all));
  const std::uint64_t operations = whole.operations();
  ASSERT_GT(operations, 300U);
  ASSERT_NE(all.checkpoint, "none");
  for (std::uint64_t op = 1; op <= operations; ++op) {
    const auto seed = first_seed == 0 ? 0 : first_seed + static_cast<std::uint32_t>(op);
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", operation " << op << " of " << operations);
    FaultyDisk disk;
    disk.crash_at(op);
    Known known;
    live(disk, known);
    ASSERT_TRUE(disk.crashed() || op > disk.operations());
    expect_nothing_lost(*disk.after_crash(seed), known);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(JournalCrash, Nothing_appended_is_lost_where_only_synced_bytes_survive) { crash_everywhere(0); }
TEST(JournalCrash, Nothing_appended_is_lost_where_sectors_are_torn) { crash_everywhere(1); }

// The recovery itself may be cut off, and the one after it.
TEST(JournalCrash, A_crash_in_the_recovery_loses_nothing) {
  FaultyDisk first;
  Known known;
  FaultyDisk whole;
  Known all;
  ASSERT_TRUE(live(whole, all));
  first.crash_at(whole.operations() * 3 / 4);
  live(first, known);
  for (std::uint64_t op = 1; op < 40; ++op) {
    SCOPED_TRACE(testing::Message() << "operation " << op);
    auto second = first.after_crash(static_cast<std::uint32_t>(op));
    second->crash_at(op);
    if (auto journal = Journal::open(*second, options())) {
      static_cast<void>((*journal)->replay([](const std::string&) {}, [](agora::Facts&&) {}));
    }
    expect_nothing_lost(*second->after_crash(static_cast<std::uint32_t>(op)), known);
  }
}

}  // namespace
}  // namespace agora_exporter::storage
