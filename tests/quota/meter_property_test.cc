// Random sendings and latencies against a counter that knows when each request really arrived.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "agora_exporter/quota/meter.h"

namespace agora_exporter::quota {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMidnight = 19'676 * kDayMs;

struct InFlight {
  agora::Ticket ticket;
  std::int64_t sent, arrives, answered;
};

// One run over a server's midnight: asks as eagerly as the meter allows, with now and then a pause or a
// restart.
class RandomDay {
 public:
  RandomDay(std::uint32_t seed, agora::Limits limits) : random_(seed), limits_(limits), meter_(limits) {
    skew_ = pick(-4'999, 4'999);  // until a Date is seen the server is trusted to be within 5 s
    now_ = kMidnight - pick(0, 400'000);
    meter_.at_least(day_of(now_ + skew_), std::max(0, limits_.per_day - pick(0, 30)));
    already_[day_of(now_ + skew_)] = meter_.used(clock_, WallTime{Millis{now_}}, Window::day);
  }

  void go(std::int64_t duration) {
    const std::int64_t end = now_ + duration;
    while (now_ < end) {
      const WallTime free = meter_.when_free(clock_, local());
      const std::int64_t next_answer = in_flight_.empty() ? INT64_MAX : earliest_answer()->answered;
      if (free == local()) {
        send();
        if (pick(0, 9) == 0) advance_to(now_ + pick(0, 5'000));
        if (pick(0, 99) == 0) restart();
        continue;
      }
      const std::int64_t at = free == kAfterAnAnswer ? INT64_MAX : free.time_since_epoch().count();
      if (std::min(at, next_answer) == INT64_MAX) break;
      advance_to(std::min({at, next_answer, end}));
    }
  }

  void check() {
    std::sort(arrivals_.begin(), arrivals_.end());
    ASSERT_GT(arrivals_.size(), 3U);
    for (const auto& [limit, span] : {std::pair{limits_.per_second, 1'000}, {limits_.per_minute, 60'000}}) {
      if (limit == 0) continue;
      for (std::size_t i = limit; i < arrivals_.size(); ++i) {
        // Sliding windows of `span`, which hold every fixed one.
        ASSERT_GE(arrivals_[i] - arrivals_[i - limit], span) << "arrival " << i;
      }
    }
    std::map<std::int64_t, int> days = already_;
    for (const std::int64_t arrival : arrivals_) ++days[day_of(arrival)];
    for (const auto& [day, count] : days) ASSERT_LE(count, limits_.per_day) << "day " << day;
  }

  std::size_t sent() const { return arrivals_.size(); }

 private:
  static std::int64_t day_of(std::int64_t server_ms) { return server_ms / kDayMs; }
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  WallTime local() const { return WallTime{Millis{now_}}; }
  std::vector<InFlight>::iterator earliest_answer() {
    return std::min_element(in_flight_.begin(), in_flight_.end(),
                            [](const auto& a, const auto& b) { return a.answered < b.answered; });
  }

  void send() {
    const agora::Ticket ticket = meter_.book(clock_, local());
    bookings_.push_back({ticket, local()});
    const int latency = pick(0, 19) == 0 ? pick(0, 60'000) : pick(0, 2'000);
    const int kind = pick(0, 2);  // at once, at the very end, between
    const int arrives = kind == 0 ? 0 : kind == 1 ? latency : pick(0, latency);
    in_flight_.push_back({ticket, now_, now_ + arrives, now_ + latency});
    arrivals_.push_back(now_ + arrives + skew_);
  }

  void advance_to(std::int64_t t) {
    while (!in_flight_.empty() && earliest_answer()->answered <= t) {
      const auto done = earliest_answer();
      now_ = std::max(now_, done->answered);
      meter_.answered(done->ticket, local());
      clock_.learn(WallTime{Millis{done->sent}}, local(), (done->arrives + skew_) / 1'000);
      in_flight_.erase(done);
    }
    now_ = std::max(now_, t);
  }

  // The process dies with requests under way: those that had not arrived never do.
  void restart() {
    for (const InFlight& request : in_flight_) {
      if (request.arrives > now_)
        arrivals_.erase(std::find(arrivals_.begin(), arrivals_.end(), request.arrives + skew_));
    }
    in_flight_.clear();
    meter_ = Meter(limits_);
    clock_ = ServerClock{};
    for (const auto& [day, count] : already_) meter_.at_least(day, count);
    for (const auto& [ticket, at] : bookings_) meter_.restore(ticket, at, local());
  }

  std::mt19937 random_;
  agora::Limits limits_;
  Meter meter_;
  ServerClock clock_;
  std::int64_t now_ = 0, skew_ = 0;
  std::vector<InFlight> in_flight_;
  std::vector<std::int64_t> arrivals_;  // server's time, ms
  std::vector<std::pair<agora::Ticket, WallTime>> bookings_;
  std::map<std::int64_t, int> already_;  // spent before the run
};

agora::Limits limits(int per_second, int per_minute, int per_day) {
  agora::Limits l;
  l.per_second = per_second;
  l.per_minute = per_minute;
  l.per_day = per_day;
  return l;
}

TEST(MeterProperty, No_window_is_ever_exceeded_whenever_requests_arrive) {
  std::size_t sent = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    for (const agora::Limits& l : {limits(1, 0, 1'000), limits(3, 0, 2'000), limits(10, 0, 10'000),
                                   limits(0, 1, 10), limits(0, 10, 60), limits(2, 20, 100)}) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", limits " << l.per_second << "/s "
                                      << l.per_minute << "/min " << l.per_day << "/day");
      RandomDay run(seed, l);
      run.go(900'000);
      run.check();
      if (HasFatalFailure()) return;
      sent += run.sent();
    }
  }
  EXPECT_GT(sent, 20'000U) << "the meter must also let through";
}

}  // namespace
}  // namespace agora_exporter::quota
