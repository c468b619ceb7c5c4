#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "agora_exporter/storage/disk.h"
#include "agora_exporter/storage/journal.h"
#include "agora_exporter/storage/ledger.h"
#include "storage/sample_facts.h"

namespace agora_exporter::storage {
namespace {

class RealDiskTest : public testing::Test {
 protected:
  RealDiskTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "storage-test-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~RealDiskTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
};

TEST_F(RealDiskTest, Folders_and_files) {
  const auto disk = make_real_disk();
  const std::string deep = folder_ + "/a/b%3f c/d";
  ASSERT_TRUE(disk->make_folder(deep));
  ASSERT_TRUE(disk->make_folder(deep)) << "it may be there already";
  std::ofstream(deep + "/two") << "12";
  std::ofstream(deep + "/one") << "1";
  EXPECT_THAT(disk->list(deep).value(), testing::ElementsAre("one", "two"));
  EXPECT_EQ(disk->size(deep + "/two").value(), 2U);
  ASSERT_TRUE(disk->rename(deep + "/two", deep + "/three"));
  ASSERT_TRUE(disk->remove(deep + "/one"));
  ASSERT_TRUE(disk->remove(deep + "/one")) << "it may be gone already";
  EXPECT_THAT(disk->list(deep).value(), testing::ElementsAre("three"));
  EXPECT_FALSE(disk->size(deep + "/one").has_value());
  EXPECT_FALSE(disk->rename(deep + "/one", deep + "/two").has_value());
  EXPECT_FALSE(disk->list(folder_ + "/nowhere").has_value());
  const auto on_a_file = disk->make_folder(deep + "/three");
  ASSERT_FALSE(on_a_file.has_value());
  EXPECT_THAT(on_a_file.error().text(), testing::HasSubstr("is not a folder"));
  EXPECT_FALSE(disk->make_folder(deep + "/three/below").has_value());
}

TEST_F(RealDiskTest, Ledger_and_journal_live_in_a_folder_with_any_name) {
  const std::string folder = folder_ + "/a?b #1 100%";
  const Booking booking{
      {"production", ""}, agora::Endpoint::call_lists, {19'676, 1}, wall_time(1'700'000'000)};
  const agora::Facts facts = small_facts(7, wall_time(1'700'000'000));
  {
    const auto disk = make_real_disk();
    auto ledger = Ledger::open(*disk, folder, "");
    ASSERT_TRUE(ledger) << ledger.error().text();
    ASSERT_TRUE((*ledger)->book(booking));
    auto journal = Journal::open(*disk, {folder, 1 << 30, Seconds{3 * kDay}});
    ASSERT_TRUE(journal) << journal.error().text();
    ASSERT_TRUE((*journal)->replay([](const std::string&) {}, [](agora::Facts&&) {}));
    ASSERT_TRUE((*journal)->append(facts, facts.asked.received_at));
  }
  const auto disk = make_real_disk();
  EXPECT_THAT(disk->list(folder).value(), testing::ElementsAre("journal-2023-11-14.db", "ledger.db", "lock"));
  auto ledger = Ledger::open(*disk, folder, "");
  ASSERT_TRUE(ledger);
  EXPECT_THAT((*ledger)->state_at_open().bookings, testing::ElementsAre(booking));
  auto journal = Journal::open(*disk, {folder, 1 << 30, Seconds{3 * kDay}});
  ASSERT_TRUE(journal);
  std::vector<std::string> read;
  ASSERT_TRUE(
      (*journal)->replay([](const std::string&) {}, [&](agora::Facts&& f) { read.push_back(text_of(f)); }));
  EXPECT_THAT(read, testing::ElementsAre(text_of(facts)));
}

TEST_F(RealDiskTest, A_second_process_is_refused_with_the_pid_of_the_first) {
  const auto disk = make_real_disk();
  auto ledger = Ledger::open(*disk, folder_, "");
  ASSERT_TRUE(ledger);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto other = make_real_disk();
    const auto refused = Ledger::open(*other, folder_, "");
    const std::string text = refused ? "opened" : refused.error().text();
    const bool written = ::write(pipe[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(written ? 0 : 1);
  }
  ::close(pipe[1]);
  std::string text(1'000, '\0');
  const ssize_t count = ::read(pipe[0], text.data(), text.size());
  ::close(pipe[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, count)));
  EXPECT_THAT(text,
              testing::HasSubstr("is used by another process (pid " + std::to_string(::getpid()) + ")"));
  EXPECT_THAT(text, testing::HasSubstr("--storage.path"));
}

TEST_F(RealDiskTest, The_lock_ends_with_the_disk) {
  {
    const auto disk = make_real_disk();
    ASSERT_TRUE(disk->lock(folder_));
    ASSERT_TRUE(disk->lock(folder_)) << "one's own lock is no obstacle";
    EXPECT_FALSE(make_real_disk()->lock(folder_).has_value());
  }
  EXPECT_TRUE(make_real_disk()->lock(folder_).has_value());
}

// kill -9 between booking and booking: what was booked is there.
TEST_F(RealDiskTest, A_killed_process_loses_no_booking) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto disk = make_real_disk();
    auto ledger = Ledger::open(*disk, folder_, "");
    for (std::uint32_t i = 1; ledger; ++i) {
      const Booking b{{"production", ""}, agora::Endpoint::call_lists, {19'676, i}, wall_time(i)};
      if (!(*ledger)->book(b)) ::_exit(1);
      if (::write(pipe[1], &i, sizeof i) != sizeof i) ::_exit(1);
    }
    ::_exit(1);
  }
  ::close(pipe[1]);
  std::uint32_t booked = 0;
  while (booked < 20 && ::read(pipe[0], &booked, sizeof booked) == sizeof booked) {
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  for (std::uint32_t last = 0; ::read(pipe[0], &last, sizeof last) == sizeof last;) booked = last;
  ::close(pipe[0]);
  ASSERT_GE(booked, 20U);
  const auto disk = make_real_disk();
  auto ledger = Ledger::open(*disk, folder_, "");
  ASSERT_TRUE(ledger) << ledger.error().text();
  EXPECT_EQ((*ledger)->state_at_open().set_aside, "");
  EXPECT_GE((*ledger)->state_at_open().bookings.size(), booked);
}

}  // namespace
}  // namespace agora_exporter::storage
