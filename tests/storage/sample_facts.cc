#include "storage/sample_facts.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace agora_exporter::storage {
namespace {

constexpr std::int64_t kTime = 1'700'000'000;

agora::Asked asked(agora::Query query, WallTime received) {
  agora::Asked a;
  a.account = "production";
  a.request = {"0123456789abcdef0123456789abcdef", std::move(query)};
  a.ticket = {19'676, 17};
  a.asked_at = received - Millis{431};
  a.received_at = received;
  a.replayed = to_world(received) - Seconds{1'800};
  a.inclusion = 0.1 + 0.2;
  return a;
}

class Dump {
 public:
  template <class T>
  void add(const T& v) {
    out_ += fmt::format("{}|", v);
  }
  void add(double v) { out_ += fmt::format("{:016x}|", std::bit_cast<std::uint64_t>(v)); }
  void add(WorldTime t) { add(t.time_since_epoch().count()); }
  void add(WallTime t) { add(t.time_since_epoch().count()); }
  template <class T>
  void add(const std::optional<T>& v) {
    if (v) {
      add(*v);
    } else {
      out_ += "none|";
    }
  }
  void add(Seconds s) { add(s.count()); }
  void add(const agora::Frame& f) { all(f.start, f.end); }
  template <class T>
  void add(const std::vector<T>& list) {
    out_ += fmt::format("[{}:", list.size());
    for (const T& element : list) add(element);
    out_ += "]";
  }
  void add(const agora::CallEntry& c) {
    all(c.call_id, c.channel, c.created, c.destroyed, c.finished, c.peak_users, c.mean_users,
        c.audio_freeze_ratio, c.video_freeze_ratio, c.certain);
  }
  void add(const agora::SessionEntry& s) {
    all(s.sid, s.channel, s.uid, s.account, s.network, s.platform, s.sdk_version, s.device_type, s.speaker,
        s.joined, s.left, s.finished);
  }
  void add(const agora::Stream& s) { all(s.sid, s.mid, s.peer_uid, s.begin, s.end); }
  void add(const agora::Bucket& b) { all(b.ts, b.value); }
  template <class... T>
  void all(const T&... v) {
    (add(v), ...);
  }

  void query(const agora::UsageQuery& q) { all("usage", q.frame, q.metric, static_cast<int>(q.granularity)); }
  void query(const agora::QualityQuery& q) {
    all("quality", q.frame, q.metric, static_cast<int>(q.granularity), q.product);
  }
  void query(const agora::CallListQuery& q) { all("lists", q.frame, q.channel, q.page_no, q.page_size); }
  void query(const agora::CallSessionsQuery& q) {
    all("sessions", q.frame, q.call_id, q.page_no, q.page_size, q.uids, q.exclude_server_user);
  }
  void query(const agora::CallMetricsQuery& q) { all("metrics", q.frame, q.call_id, q.sids); }

  void body(const agora::CallList& b) { all("list", b.has_more, b.total_size, b.calls); }
  void body(const agora::SessionPage& b) { all("page", b.total_size, b.page_no, b.page_size, b.sessions); }
  void body(const agora::PointSet& b) { all("points", b.sids, b.streams, b.times, b.values); }
  void body(const agora::InsightRow& b) { all("row", b.buckets); }
  void body(const agora::Refusal& b) {
    all("refusal", static_cast<int>(b.error), b.http_status, b.message, b.retry_after);
  }
  void body(const agora::Undecodable& b) { all("raw", b.reason, b.body); }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

agora::PointSet odd_points() {
  const double limits_max = std::numeric_limits<double>::max();
  agora::PointSet set;
  set.sids = {"A", "", "sid with \n and \xff"};
  set.times = {world_time(5),
               world_time(3),
               world_time(-7),
               world_time(std::numeric_limits<std::int64_t>::max()),
               world_time(std::numeric_limits<std::int64_t>::min()),
               world_time(5),
               world_time(6),
               world_time(7),
               world_time(8)};
  set.values = {0.0, -0.0, 0.125, 1e300, -limits_max, 0.1, 99.999, -3, 9007199254740993.0};
  set.streams = {{2, 4'294'967'295U, 4'294'967'295U, 0, 2}, {0, 20'001, 0, 2, 5}, {1, 0, 1, 5, 8}};
  return set;
}

}  // namespace

agora::Facts small_facts(int n, WallTime received) {
  agora::CallListQuery query{
      {world_time(kTime), world_time(kTime + 60)}, "channel", std::nullopt, std::nullopt};
  agora::Facts facts{asked(query, received),
                     agora::Refusal{agora::ApiError::server_error, 500, "", std::nullopt}};
  std::get<agora::Refusal>(facts.body).message = fmt::format("no {}", n);
  facts.asked.ticket.ordinal = static_cast<std::uint32_t>(n);
  return facts;
}

agora::Facts points_facts(std::uint32_t seed, int streams, int points, WallTime received) {
  std::mt19937 random(seed);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  agora::PointSet set;
  for (int i = 0; i < streams; ++i) {
    if (i % 40 == 0) set.sids.push_back(fmt::format("{:08X}{:08X}", random(), random()));
    const auto begin = static_cast<std::uint32_t>(set.times.size());
    int value = pick(0, 1'000);
    for (int p = 0; p < points; ++p) {
      set.times.push_back(world_time(kTime + p * 2));
      value = std::max(0, value + pick(-1, 1) * pick(0, 2));
      set.values.push_back(i % 3 == 0 ? value / 10.0 : i % 3 == 1 ? value : value / 100.0);
    }
    set.streams.push_back({static_cast<std::uint32_t>(set.sids.size() - 1),
                           20'001 + static_cast<std::uint32_t>(i % 40),
                           i % 2 == 0 ? 0 : static_cast<std::uint32_t>(random()), begin,
                           static_cast<std::uint32_t>(set.times.size())});
  }
  agora::CallMetricsQuery query{{world_time(kTime), world_time(kTime + 3'600)}, "call", set.sids};
  return {asked(query, received), std::move(set)};
}

std::vector<agora::Facts> odd_facts() {
  const WallTime received = wall_time(kTime) + Millis{123};
  const agora::Frame frame{world_time(kTime), world_time(kTime + 86'400)};
  std::vector<agora::Facts> all;
  const auto add = [&](agora::Query query, agora::Body body) {
    all.push_back({asked(std::move(query), received), std::move(body), all.size() % 2 == 1,
                   static_cast<std::int64_t>(all.size())});
  };
  add(agora::UsageQuery{frame, "userCount", agora::Granularity::day},
      agora::InsightRow{
          {{world_time(kTime), 0.1}, {world_time(kTime + 1), std::nullopt}, {world_time(0), -0.0}}});
  add(agora::QualityQuery{frame, "joinSuccessRate", agora::Granularity::hour, "WebRTC"}, agora::InsightRow{});
  add(agora::CallListQuery{frame, "", 3, 100},
      agora::CallList{true,
                      1'234'567,
                      {{"c1", "\xe9\xa2\x91\xe9\x81\x93", world_time(kTime), world_time(kTime + 5), true},
                       {"", "", world_time(0), std::nullopt, false, 3, 2.5, 0.12, std::nullopt},
                       {"c2", "ch", world_time(0), std::nullopt, false, std::nullopt, 0, -0.0, 1}}});
  add(agora::CallListQuery{frame, "x", std::nullopt, std::nullopt}, agora::CallList{});
  add(agora::CallSessionsQuery{frame, "c1", 1, 20, {1, 4'294'967'295U}, false},
      agora::SessionPage{
          3,
          1,
          20,
          {{"s1", "ch", 4'294'967'295U, "me", "WiFi", "iOS", "3.5.1", "iPhone", true, world_time(kTime),
            world_time(kTime + 9), true},
           {"s2", "ch", 0, "", "", "", "", "", false, world_time(kTime), std::nullopt, false}}});
  add(agora::CallSessionsQuery{frame, std::string(300, 'c'), std::nullopt, std::nullopt, {}, true},
      agora::SessionPage{});
  add(agora::CallMetricsQuery{frame, "c1", {"A", "B"}}, odd_points());
  add(agora::CallMetricsQuery{frame, "c1", {}}, agora::PointSet{});
  add(agora::CallMetricsQuery{frame, "c1", {"A"}},
      agora::Refusal{agora::ApiError::too_large, 300, "qpd limit error", Seconds{3'600}});
  add(agora::CallMetricsQuery{frame, "c1", {"A"}}, agora::Undecodable{"cut off", std::string("{\0\xff", 3)});
  return all;
}

std::string text_of(const agora::Facts& facts) {
  Dump dump;
  const agora::Asked& a = facts.asked;
  dump.all(a.account, a.request.app_id, a.ticket.day, a.ticket.ordinal, a.asked_at, a.received_at, a.replayed,
           a.inclusion, facts.todays_server, facts.skipped_points);
  std::visit([&](const auto& q) { dump.query(q); }, a.request.query);
  std::visit([&](const auto& b) { dump.body(b); }, facts.body);
  return dump.take();
}

}  // namespace agora_exporter::storage
