// A fact in hand, waiting for R to reach the instant from which on it counts.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "agora_exporter/agora/facts.h"

namespace agora_exporter::timeline {

struct Listing {
  std::string call_id;
  std::vector<agora::SessionEntry> sessions;
};

struct SidPoints {
  std::string sid;
  std::int64_t newest = 0;  // of its points in the answer, kept or not; 0 = none
};
// Streams of one answer: ranges of times and values, ascending, each instant once.
struct PointBatch {
  std::string call_id;
  std::vector<SidPoints> sids;
  std::vector<agora::Stream> streams;
  std::vector<std::uint32_t> times;
  std::vector<double> values;
  std::uint64_t beyond_reason = 0;  // points whose time cannot be one: before 1970, or a day after the answer
};

struct InsightAnswer {
  agora::Endpoint source{};
  agora::Granularity granularity{};
  std::string metric, product;
  std::vector<agora::Bucket> buckets;
};

struct Receipt {
  std::int64_t replayed = 0;  // R when it came
  std::uint64_t ticket = 0;   // greater = booked later
  WallTime received;
  WorldTime asked;
  double inclusion = 1;  // Asked::inclusion
  std::size_t app = 0;
  agora::Frame frame;
  std::uint64_t malformed_points = 0;
  std::variant<agora::CallList, Listing, PointBatch, InsightAnswer> body;
};

// The order in which facts are folded, whatever the order in which they were applied.
struct ReceiptKey {
  std::int64_t replayed = 0;
  bool after_lists = false;  // what a call stands for is told by call/lists, and its sessions go by that
  std::uint64_t ticket = 0;
  std::uint64_t identity = 0;  // of the request: the same fact again has the same
  friend auto operator<=>(const ReceiptKey&, const ReceiptKey&) = default;
};

// Facts applied and not folded yet, and the identities of those that have been: a fact counts once.
class Inbox {
 public:
  // `at` is R now. Refusals and what cannot be decoded are left out, as is what has been here.
  void take(const agora::Facts& facts, std::size_t app, std::int64_t at);
  // The next in order with replayed < r, or nothing.
  bool pop(std::int64_t r, Receipt& out);
  // Forgets identities of facts received days before `at`; what is older yet is taken for a repetition.
  void forget(std::int64_t at);
  WallTime oldest(WallTime otherwise) const;

 private:
  std::map<ReceiptKey, Receipt> waiting_;
  std::map<std::int64_t, std::unordered_set<std::uint64_t>> seen_;  // by the day of `replayed`
  std::int64_t forgotten_before_ = INT64_MIN;                       // day
};

}  // namespace agora_exporter::timeline
