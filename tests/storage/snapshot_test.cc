// A state folder read while its exporter runs.
#include "storage/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>

#include "agora_exporter/storage/ledger.h"
#include "storage/journal_harness.h"

namespace agora_exporter::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Snapshot : public testing::Test {
 protected:
  Snapshot() {
    std::string pattern = (std::filesystem::temp_directory_path() / "snapshot-test-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Snapshot() override { std::filesystem::remove_all(folder_); }

  JournalOptions journal_options() const { return {folder_, 2ULL << 30, Seconds{3 * kDay}}; }
  std::unique_ptr<Ledger> ledger(Disk& disk) const {
    auto opened = Ledger::open(disk, folder_, "");
    EXPECT_TRUE(opened) << opened.error().text();
    return opened ? std::move(*opened) : nullptr;
  }
  std::unique_ptr<Disk> snapshot() const {
    auto taken = make_snapshot(folder_);
    EXPECT_TRUE(taken) << taken.error().text();
    return taken ? std::move(*taken) : nullptr;
  }
  // Every byte of it, by name.
  std::map<std::string, std::string> content() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream file(entry.path(), std::ios::binary);
      files[entry.path().filename()] = {std::istreambuf_iterator<char>(file),
                                        std::istreambuf_iterator<char>()};
    }
    return files;
  }
  static Booking booking(std::uint32_t ordinal) {
    return {
        {"production", ""}, agora::Endpoint::call_metrics, {kFirstDay, ordinal}, on_day(0) + Millis{ordinal}};
  }

  std::string folder_;
};

TEST_F(Snapshot, HasWhatARunningExporterHasWrittenAndLeavesItAlone) {
  const auto disk = make_real_disk();
  const auto books = ledger(*disk);
  Replayed nothing;
  const auto journal = open_journal(*disk, nothing, journal_options());
  for (int day = 0; day < 3; ++day)
    ASSERT_TRUE(journal->append(small_facts(day + 1, on_day(day)), on_day(day)));
  ASSERT_TRUE(books->book(booking(1)));
  ASSERT_TRUE(books->book(booking(2)));
  ASSERT_TRUE(disk->size(folder_ + "/ledger.db-wal").value_or(0) > 0) << "as it stands while it runs";
  const auto before = content();
  {
    const auto taken = snapshot();
    Replayed replayed;
    const auto its_journal = open_journal(*taken, replayed, journal_options());
    EXPECT_THAT(replayed.facts, ElementsAre(1, 2, 3));
    const auto its_books = ledger(*taken);
    EXPECT_THAT(its_books->state_at_open().bookings, ElementsAre(booking(1), booking(2)));
    // What is written goes nowhere.
    EXPECT_TRUE(its_books->book(booking(3)));
    EXPECT_TRUE(its_journal->append(small_facts(4, on_day(3)), on_day(3)));
  }
  EXPECT_TRUE(content() == before);
  ASSERT_TRUE(books->book(booking(3))) << "and it goes on";
  const auto later = snapshot();
  EXPECT_EQ(ledger(*later)->state_at_open().bookings.size(), 3U);
}

TEST_F(Snapshot, OfAFolderWhoseExporterHasEnded) {
  {
    const auto disk = make_real_disk();
    ASSERT_TRUE(ledger(*disk)->book(booking(1)));
    Replayed nothing;
    ASSERT_TRUE(
        open_journal(*disk, nothing, journal_options())->append(small_facts(1, on_day(0)), on_day(0)));
  }
  const auto before = content();
  const auto taken = snapshot();
  Replayed replayed;
  EXPECT_TRUE(open_journal(*taken, replayed, journal_options()));
  EXPECT_THAT(replayed.facts, ElementsAre(1));
  EXPECT_EQ(ledger(*taken)->state_at_open().bookings.size(), 1U);
  EXPECT_TRUE(content() == before);
}

TEST_F(Snapshot, OfAFolderThatIsNotThereSaysSo) {
  const auto taken = make_snapshot(folder_ + "/nowhere");
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().text(), HasSubstr(folder_ + "/nowhere"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/nowhere"));
}

TEST_F(Snapshot, OfAnEmptyFolderIsANewStart) {
  const auto taken = snapshot();
  EXPECT_FALSE(ledger(*taken)->state_at_open().existed);
  EXPECT_TRUE(content().empty());
}

// Another process writes as fast as it can, over many rounds of its WAL. Each snapshot has a beginning of
// what it wrote, without a gap, and never less than the one before.
TEST_F(Snapshot, IsWholeWhateverIsBeingWritten) {
  constexpr int kRecords = 600;
  const pid_t writer = ::fork();
  ASSERT_GE(writer, 0);
  if (writer == 0) {
    const auto disk = make_real_disk();
    Replayed nothing;
    const auto journal = open_journal(*disk, nothing, journal_options());
    agora::Facts facts = points_facts(1, 40, 500, on_day(0));
    bool good = journal != nullptr;
    for (int i = 1; good && i <= kRecords; ++i) {
      facts.asked.ticket.ordinal = static_cast<std::uint32_t>(i);
      good = journal->append(facts, on_day(0)).has_value();
    }
    ::_exit(good ? 0 : 1);  // as it would be killed: nothing is tidied up
  }
  std::size_t last = 0;
  int status = 0;
  for (bool ended = false; !ended;) {
    ended = ::waitpid(writer, &status, WNOHANG) == writer;
    const auto disk = snapshot();
    ASSERT_TRUE(disk);
    std::uint32_t read = 0;
    auto journal = Journal::open(*disk, journal_options());
    ASSERT_TRUE(journal) << journal.error().text();
    const auto summary =
        (*journal)->replay([](const std::string&) {},
                           [&](agora::Facts&& facts) { ASSERT_EQ(facts.asked.ticket.ordinal, ++read); });
    ASSERT_TRUE(summary) << summary.error().text();
    ASSERT_THAT(summary->files_set_aside, testing::IsEmpty()) << "damaged after " << last;
    ASSERT_EQ(summary->damaged_records, 0U) << "after " << last;
    ASSERT_GE(summary->records, last);
    last = summary->records;
  }
  EXPECT_EQ(status, 0);
  EXPECT_EQ(last, static_cast<std::size_t>(kRecords));
}

// The copy of a database and that of its WAL are not taken at one instant. Whatever is written between any
// two of the reads, and however often the WAL begins anew meanwhile: the copy is whole, or is not taken for
// one.
TEST_F(Snapshot, IsNotTakenForWholeWhereItIsNot) {
  int refused = 0;
  for (int moment = 1; moment <= 4; ++moment) {
    const JournalOptions there{folder_ + "/" + std::to_string(moment), 2ULL << 30, Seconds{3 * kDay}};
    const auto disk = make_real_disk();
    Replayed nothing;
    const auto journal = open_journal(*disk, nothing, there);
    const agora::Facts facts = points_facts(1, 200, 800, on_day(0));
    std::uint64_t size = 0;
    const auto append = [&](int count) {
      for (int i = 0; i < count; ++i) ASSERT_TRUE(journal->append(facts, on_day(0)));
      size = disk->size(there.folder + "/journal-" + day_to_iso(kFirstDay) + ".db").value_or(0);
    };
    append(20);
    const std::uint64_t small = size;
    int reads = 0;
    const ReadFile read = [&](const std::string& path,
                              std::size_t at_most) -> Result<std::optional<std::string>> {
      if (++reads == moment) append(150);
      std::ifstream file(path, std::ios::binary);
      if (!file) return std::optional<std::string>{};
      std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      return std::optional(bytes.substr(0, at_most));
    };
    MemoryDisk copy;
    const auto whole = copy_database(read, there.folder + "/journal-" + day_to_iso(kFirstDay) + ".db", copy);
    ASSERT_TRUE(whole);
    EXPECT_EQ(reads, 4);
    ASSERT_GT(size, small) << "the WAL has been taken in meanwhile, and begun anew";
    refused += *whole ? 0 : 1;
    if (!*whole) continue;
    Replayed replayed;
    open_journal(copy, replayed, there);
    EXPECT_THAT(replayed.summary.files_set_aside, testing::IsEmpty()) << moment;
    EXPECT_TRUE(replayed.facts.size() == 20 || replayed.facts.size() == 170) << replayed.facts.size();
  }
  EXPECT_GE(refused, 2);
}

}  // namespace
}  // namespace agora_exporter::storage
