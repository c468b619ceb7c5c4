#include "agora_exporter/storage/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/faulty_disk.h"

namespace agora_exporter::storage {
namespace {

constexpr std::int64_t kToday = 19'676;
const quota::ScopeKey kAccount{"production", ""};
const quota::ScopeKey kApp{"production", "app"};

Booking booking(std::int64_t day, std::uint32_t ordinal, const quota::ScopeKey& scope = kAccount) {
  return {scope, agora::Endpoint::call_metrics, {day, ordinal}, wall_time(day * 86'400) + Millis{ordinal}};
}

std::unique_ptr<Ledger> open(Disk& disk, const std::string& stamp = "") {
  auto ledger = Ledger::open(disk, "data", stamp);
  EXPECT_TRUE(ledger.has_value()) << (ledger ? "" : ledger.error().text());
  return ledger ? std::move(*ledger) : nullptr;
}

template <class T>
void expect_good(const Result<T>& result) {
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().text());
}

TEST(Ledger, A_new_one_is_empty) {
  const auto disk = make_memory_disk();
  const auto ledger = open(*disk);
  EXPECT_FALSE(ledger->state_at_open().existed);
  EXPECT_TRUE(ledger->state_at_open().bookings.empty());
  EXPECT_FALSE(ledger->state_at_open().replayed.has_value());
  EXPECT_EQ(ledger->state_at_open().set_aside, "");
}

TEST(Ledger, Remembers_bookings_refusals_and_the_replay_clock) {
  const auto disk = make_memory_disk();
  const auto endpoint = agora::Endpoint::insight_usage;
  {
    const auto ledger = open(*disk);
    expect_good(ledger->book(booking(kToday, 1)));
    expect_good(ledger->book(booking(kToday, 1, kApp)));
    expect_good(ledger->refuse(kApp, endpoint, wall_time(100)));
    expect_good(ledger->refuse(kApp, endpoint, wall_time(200)));
    expect_good(ledger->set_replayed(world_time(1'000)));
    expect_good(ledger->set_replayed(world_time(900)));
  }
  const auto ledger = open(*disk);
  const LedgerState& state = ledger->state_at_open();
  EXPECT_TRUE(state.existed);
  EXPECT_THAT(state.bookings, testing::ElementsAre(booking(kToday, 1), booking(kToday, 1, kApp)));
  ASSERT_EQ(state.refused_until.size(), 1U);
  EXPECT_EQ(state.refused_until.at({kApp, endpoint}), wall_time(200));
  EXPECT_EQ(state.replayed, world_time(1'000)) << "it never moves back";
  expect_good(ledger->set_replayed(world_time(950)));
  EXPECT_EQ(open(*disk)->state_at_open().replayed, world_time(1'000)) << "nor over a restart";
}

TEST(Ledger, Keeps_three_days) {
  const auto disk = make_memory_disk();
  {
    const auto ledger = open(*disk);
    for (std::int64_t day = kToday; day < kToday + 5; ++day) expect_good(ledger->book(booking(day, 1)));
  }
  EXPECT_THAT(open(*disk)->state_at_open().bookings,
              testing::ElementsAre(booking(kToday + 2, 1), booking(kToday + 3, 1), booking(kToday + 4, 1)));
}

TEST(Ledger, Refuses_another_clocks_folder) {
  const auto disk = make_memory_disk();
  open(*disk, "");
  const auto real_one_virtually = Ledger::open(*disk, "data", "2023-01-01 x10");
  ASSERT_FALSE(real_one_virtually.has_value());
  EXPECT_THAT(real_one_virtually.error().text(), testing::HasSubstr("the real one"));
  const auto other = make_memory_disk();
  open(*other, "2023-01-01 x10");
  EXPECT_FALSE(Ledger::open(*other, "data", "").has_value());
  EXPECT_FALSE(Ledger::open(*other, "data", "2023-01-01 x20").has_value());
  open(*other, "2023-01-01 x10");
}

TEST(Ledger, Is_fast_in_memory) {
  const auto disk = make_memory_disk();
  const auto ledger = open(*disk);
  for (std::uint32_t i = 1; i <= 20'000; ++i) ASSERT_TRUE(ledger->book(booking(kToday, i)));
  EXPECT_EQ(open(*disk)->state_at_open().bookings.size(), 20'000U);
}

// A crash at every operation: what book() said is on the disk is there, in order, and at most the one that
// was being booked more.
void crash_everywhere(std::uint32_t seed) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  constexpr std::uint32_t kBookings = 12;
  for (std::uint64_t op = 1;; ++op) {
    FaultyDisk disk;
    disk.crash_at(op);
    std::uint32_t booked = 0;
    std::int64_t replayed = 0;
    if (auto ledger = Ledger::open(disk, "data", "stamp")) {
      // Over the end of a day too, so that old days are forgotten on the way.
      while (booked < kBookings && (*ledger)->book(booking(kToday + booked / 3, booked + 1))) {
        ++booked;
        if ((*ledger)->set_replayed(world_time(booked))) replayed = booked;
      }
    }
    const bool over = !disk.crashed();
    auto survivor = disk.after_crash(seed);
    const auto ledger = open(*survivor, "stamp");
    ASSERT_TRUE(ledger) << "operation " << op;
    EXPECT_EQ(ledger->state_at_open().set_aside, "") << "operation " << op;
    std::vector<std::uint32_t> ordinals;
    for (const Booking& b : ledger->state_at_open().bookings) ordinals.push_back(b.ticket.ordinal);
    EXPECT_TRUE(std::is_sorted(ordinals.begin(), ordinals.end()));
    const std::uint32_t last = ordinals.empty() ? 0 : ordinals.back();
    ASSERT_GE(last, booked) << "operation " << op;
    ASSERT_LE(last, booked + 1) << "operation " << op;
    EXPECT_GE(ordinals.size(), std::min<std::size_t>(booked, 7)) << "operation " << op;
    EXPECT_GE(unix_seconds(ledger->state_at_open().replayed.value_or(world_time(0))), replayed);
    EXPECT_TRUE(ledger->book(booking(kToday + 9, 99)));
    if (over) {
      EXPECT_EQ(booked, kBookings);
      EXPECT_GT(op, 30U);
      return;
    }
  }
}

TEST(LedgerCrash, Nothing_booked_is_lost_where_only_synced_bytes_survive) { crash_everywhere(0); }
TEST(LedgerCrash, Nothing_booked_is_lost_where_sectors_are_torn) {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) crash_everywhere(seed);
}

TEST(LedgerFaults, A_full_disk_is_said_and_got_over) {
  FaultyDisk disk;
  const auto ledger = open(disk);
  expect_good(ledger->book(booking(kToday, 1)));
  disk.fill_after(0);
  const auto full = ledger->book(booking(kToday, 2));
  ASSERT_FALSE(full.has_value());
  EXPECT_THAT(full.error().text(), testing::HasSubstr("full"));
  EXPECT_FALSE(ledger->book(booking(kToday, 3)).has_value());
  disk.fill_after(UINT64_MAX);
  expect_good(ledger->book(booking(kToday, 4)));
  const auto survivor = disk.after_crash();
  const auto again = open(*survivor);
  ASSERT_FALSE(again->state_at_open().bookings.empty());
  EXPECT_EQ(again->state_at_open().bookings.back(), booking(kToday, 4));
}

TEST(LedgerFaults, A_read_only_disk_is_said_and_got_over) {
  FaultyDisk disk;
  disk.set_read_only(true);
  EXPECT_FALSE(Ledger::open(disk, "data", "").has_value());
  disk.set_read_only(false);
  const auto ledger = open(disk);
  expect_good(ledger->book(booking(kToday, 1)));
  disk.set_read_only(true);
  EXPECT_FALSE(ledger->book(booking(kToday, 2)).has_value());
  EXPECT_FALSE(ledger->set_replayed(world_time(5)).has_value());
  disk.set_read_only(false);
  expect_good(ledger->book(booking(kToday, 3)));
  expect_good(ledger->set_replayed(world_time(5)));
}

TEST(LedgerFaults, A_full_disk_at_the_first_start_is_said) {
  for (std::uint64_t room = 0; room < 60'000; room += 3'000) {
    FaultyDisk disk;
    disk.fill_after(room);
    const auto full = Ledger::open(disk, "data", "");
    disk.fill_after(UINT64_MAX);
    const auto ledger = open(disk);
    expect_good(ledger->book(booking(kToday, 1)));
  }
}

// Flips each of many bytes: whatever is read back was booked, and where something is missing the file was set
// aside.
TEST(LedgerDamage, Flipped_bytes_are_never_believed) {
  FaultyDisk disk;
  std::vector<Booking> booked;
  {
    const auto ledger = open(disk, "stamp");
    for (std::uint32_t i = 1; i <= 60; ++i) {
      booked.push_back(booking(kToday, i));
      expect_good(ledger->book(booked.back()));
    }
    expect_good(ledger->set_replayed(world_time(77)));
  }
  const std::string good = disk.content("data/ledger.db");
  ASSERT_FALSE(good.empty());
  int set_aside = 0;
  for (std::size_t at = 0; at < good.size(); at += at < 200 ? 1 : 29) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    FaultyDisk damaged;
    damaged.set_content("data/ledger.db", bad);
    auto ledger = Ledger::open(damaged, "data", "stamp");
    ASSERT_TRUE(ledger.has_value()) << "byte " << at << ": " << ledger.error().text();
    const LedgerState& state = (*ledger)->state_at_open();
    EXPECT_TRUE(state.existed);
    for (const Booking& b : state.bookings) EXPECT_THAT(booked, testing::Contains(b)) << "byte " << at;
    if (state.set_aside.empty()) {
      EXPECT_EQ(state.bookings.size(), booked.size()) << "byte " << at;
      EXPECT_EQ(state.replayed, world_time(77)) << "byte " << at;
    } else {
      ++set_aside;
      EXPECT_EQ(damaged.content(state.set_aside), bad);
      // What could be read is in the new file.
      const std::size_t kept = state.bookings.size();
      ledger->reset();
      EXPECT_EQ(open(damaged, "stamp")->state_at_open().bookings.size(), kept);
    }
  }
  EXPECT_GT(set_aside, 20);
}

TEST(LedgerDamage, Truncated_at_any_size_it_is_set_aside) {
  FaultyDisk disk;
  {
    const auto ledger = open(disk);
    for (std::uint32_t i = 1; i <= 300; ++i) expect_good(ledger->book(booking(kToday, i)));
  }
  const std::string good = disk.content("data/ledger.db");
  for (std::size_t size = 0; size < good.size(); size += 997) {
    FaultyDisk damaged;
    damaged.set_content("data/ledger.db", good.substr(0, size));
    const auto ledger = open(damaged);
    ASSERT_TRUE(ledger) << "size " << size;
    EXPECT_NE(ledger->state_at_open().set_aside, "") << "size " << size;
    expect_good(ledger->book(booking(kToday + 1, 1)));
  }
}

TEST(LedgerDamage, A_second_damaged_one_does_not_replace_the_first) {
  FaultyDisk disk;
  disk.set_content("data/ledger.db", "first");
  EXPECT_EQ(open(disk)->state_at_open().set_aside, "data/ledger.db.damaged");
  disk.set_content("data/ledger.db", "second");
  EXPECT_EQ(open(disk)->state_at_open().set_aside, "data/ledger.db.damaged-2");
  EXPECT_EQ(disk.content("data/ledger.db.damaged"), "first");
}

}  // namespace
}  // namespace agora_exporter::storage
