#include "report/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

namespace agora_exporter::report {
namespace {

// A name with spaces and parentheses, as prctl(PR_SET_NAME) allows.
constexpr const char* kStat =
    "4242 (a) b (c) S 1 4242 4242 0 -1 4194304 900 0 0 0 250 50 7 8 20 0 5 0 12345 104857600 2560 "
    "18446744073709551615 "
    "1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0";
constexpr const char* kSystem = "cpu 1 2 3\nintr 9\nbtime 1700000000\nprocesses 3\n";

TEST(Process, ReadsTheFieldsOfStat) {
  ProcessSample sample;
  parse_stat(kStat, kSystem, {100, 4096}, sample);
  EXPECT_EQ(sample.cpu_seconds, 3.0);
  EXPECT_EQ(sample.threads, 5);
  EXPECT_EQ(sample.virtual_bytes, 104857600);
  EXPECT_EQ(sample.resident_bytes, 2560 * 4096);
  EXPECT_EQ(sample.start_time, 1'700'000'123.45);
}

TEST(Process, WhatCannotBeReadIsAbsent) {
  ProcessSample sample;
  parse_stat("", "", {}, sample);
  EXPECT_FALSE(sample.cpu_seconds || sample.threads || sample.virtual_bytes || sample.start_time);
  parse_stat("1 (x) S 1 2 3", kSystem, {}, sample);
  EXPECT_FALSE(sample.cpu_seconds || sample.threads || sample.virtual_bytes || sample.start_time);
  parse_stat(kStat, "no boot time here\n", {}, sample);
  EXPECT_TRUE(sample.cpu_seconds.has_value());
  EXPECT_FALSE(sample.start_time.has_value());
}

TEST(Process, ThisOneIsAlive) {
  const auto sample = read_process();
  EXPECT_GT(sample.resident_bytes.value(), 100'000);
  EXPECT_GE(sample.virtual_bytes.value(), sample.resident_bytes.value());
  EXPECT_GE(sample.threads.value(), 1);
  EXPECT_GE(sample.cpu_seconds.value(), 0);
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_LE(sample.start_time.value(), now + 1);
  EXPECT_GT(sample.start_time.value(), now - 86'400);
}

TEST(Process, CountsOpenDescriptors) {
  const auto before = read_process().open_fds.value();
  const int one = open("/dev/null", O_RDONLY);
  const int two = open("/dev/null", O_RDONLY);
  EXPECT_EQ(read_process().open_fds.value(), before + 2);
  close(one);
  close(two);
  EXPECT_EQ(read_process().open_fds.value(), before);
}

}  // namespace
}  // namespace agora_exporter::report
