// A journal in a folder "data", and what comes out of it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/storage/journal.h"
#include "storage/sample_facts.h"

namespace agora_exporter::storage {

inline constexpr std::int64_t kFirstDay = 19'676;

// `second` of the day that is `day` after the first.
inline WallTime on_day(int day, int second = 0) { return wall_time((kFirstDay + day) * 86'400 + second); }

inline JournalOptions options(std::uint64_t max_size = 2ULL << 30) {
  return {"data", max_size, Seconds{3 * kDay}};
}

// What a replay gave: the ordinals of small_facts(), in order.
struct Replayed {
  std::string checkpoint = "none";
  std::vector<std::uint32_t> facts;
  std::vector<std::string> texts;  // text_of() each
  ReplaySummary summary;
};

inline std::unique_ptr<Journal> open_journal(Disk& disk, Replayed& replayed,
                                             const JournalOptions& o = options()) {
  auto journal = Journal::open(disk, o);
  EXPECT_TRUE(journal.has_value()) << (journal ? "" : journal.error().text());
  if (!journal) return nullptr;
  auto summary = (*journal)->replay(
      [&](const std::string& totals) {
        EXPECT_TRUE(replayed.facts.empty()) << "the checkpoint comes first";
        replayed.checkpoint = totals;
      },
      [&](agora::Facts&& facts) {
        replayed.facts.push_back(facts.asked.ticket.ordinal);
        replayed.texts.push_back(text_of(facts));
      });
  EXPECT_TRUE(summary.has_value()) << (summary ? "" : summary.error().text());
  if (!summary) return nullptr;
  replayed.summary = *summary;
  return std::move(*journal);
}

inline std::unique_ptr<Journal> open_journal(Disk& disk, const JournalOptions& o = options()) {
  Replayed ignored;
  return open_journal(disk, ignored, o);
}

inline Replayed replay_of(Disk& disk, const JournalOptions& o = options()) {
  Replayed replayed;
  open_journal(disk, replayed, o);
  return replayed;
}

inline std::vector<std::string> files_in(Disk& disk) {
  return disk.list("data").value_or(std::vector<std::string>{});
}

}  // namespace agora_exporter::storage
