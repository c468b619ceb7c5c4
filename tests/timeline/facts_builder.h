// Facts written by hand, short enough to be read in a test. Times are seconds from kZero.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/agora/facts.h"
#include "agora_exporter/timeline/timeline.h"

namespace agora_exporter::timeline::test {

inline constexpr std::int64_t kZero = 1'780'000'200;  // divisible by 200, not by 3600
inline constexpr std::int64_t kLag = 1800;

inline WorldTime at(std::int64_t t) { return world_time(kZero + t); }

inline TimelineOptions one_app() {
  TimelineOptions options;
  AppOptions app;
  app.app_id = "app-id";
  app.name = "my-app";
  options.apps.push_back(app);
  options.lag = Seconds{kLag};
  return options;
}

// What is asked, and when: R = `replayed`, the `ticket`-th booking of its endpoint.
inline agora::Facts facts(std::int64_t replayed, std::uint32_t ticket, agora::Query query, agora::Body body) {
  agora::Facts f;
  f.asked.account = "account";
  f.asked.request = {"app-id", std::move(query)};
  f.asked.ticket = {20'000, ticket};
  f.asked.replayed = at(replayed);
  f.asked.received_at = to_wall(at(replayed + kLag));
  f.asked.asked_at = f.asked.received_at - Millis{300};
  f.body = std::move(body);
  return f;
}

struct Entry : agora::SessionEntry {
  Entry(std::string id, std::int64_t joined_at) {
    sid = std::move(id);
    channel = "channel";
    uid = 7;
    network = "wifi";
    platform = "Android";
    sdk_version = "4.2.1.07_14";
    device_type = "phone";
    joined = at(joined_at);
  }
  Entry& leaves(std::int64_t t) {
    finished = true;
    left = at(t);
    return *this;
  }
  Entry& on(std::string network_text, std::string platform_text = "Android") {
    network = std::move(network_text);
    platform = std::move(platform_text);
    return *this;
  }
};

inline agora::Facts sessions(std::int64_t replayed, std::uint32_t ticket,
                             std::vector<agora::SessionEntry> entries, std::int64_t frame_end,
                             std::string call = "call") {
  agora::CallSessionsQuery query;
  query.frame = {at(frame_end - 3000), at(frame_end)};
  query.call_id = std::move(call);
  agora::SessionPage page;
  page.total_size = static_cast<std::int64_t>(entries.size());
  page.sessions = std::move(entries);
  return facts(replayed, ticket, query, page);
}

struct Points {
  std::string sid;
  std::uint32_t mid;
  std::uint32_t peer_uid = 0;
  std::vector<std::pair<std::int64_t, double>> points;
};

// `from`, `from` + step, ... up to `to`, all with the same value.
inline std::vector<std::pair<std::int64_t, double>> every(std::int64_t step, std::int64_t from,
                                                          std::int64_t to, double value) {
  std::vector<std::pair<std::int64_t, double>> points;
  for (std::int64_t t = from; t <= to; t += step) points.emplace_back(t, value);
  return points;
}

inline agora::Facts metrics(std::int64_t replayed, std::uint32_t ticket, const std::vector<Points>& streams,
                            std::int64_t frame_start, std::int64_t frame_end) {
  agora::CallMetricsQuery query;
  query.frame = {at(frame_start), at(frame_end)};
  query.call_id = "call";
  agora::PointSet set;
  std::map<std::string, std::uint32_t> index;
  for (const Points& stream : streams) {
    const auto [it, added] = index.emplace(stream.sid, static_cast<std::uint32_t>(index.size()));
    if (added) set.sids.push_back(stream.sid);
    const auto begin = static_cast<std::uint32_t>(set.times.size());
    for (const auto& [t, value] : stream.points) {
      set.times.push_back(at(t));
      set.values.push_back(value);
    }
    set.streams.push_back(
        {it->second, stream.mid, stream.peer_uid, begin, static_cast<std::uint32_t>(set.times.size())});
  }
  query.sids = set.sids;
  return facts(replayed, ticket, query, set);
}

inline agora::CallEntry call(std::string id, std::int64_t created,
                             std::optional<std::int64_t> destroyed = {}) {
  agora::CallEntry entry;
  entry.call_id = std::move(id);
  entry.channel = "channel";
  entry.created = at(created);
  entry.finished = destroyed.has_value();
  if (destroyed) entry.destroyed = at(*destroyed);
  return entry;
}

inline agora::Facts calls(std::int64_t replayed, std::uint32_t ticket,
                          std::vector<agora::CallEntry> entries) {
  agora::CallListQuery query;
  query.frame = {at(replayed - 3000), at(replayed + kLag - 62)};
  agora::CallList list;
  list.calls = std::move(entries);
  return facts(replayed, ticket, query, list);
}

inline agora::Facts usage(std::int64_t replayed, std::uint32_t ticket, std::string metric,
                          const std::vector<std::pair<std::int64_t, std::optional<double>>>& buckets,
                          agora::Granularity granularity = agora::Granularity::day) {
  agora::UsageQuery query;
  query.metric = std::move(metric);
  query.granularity = granularity;
  agora::InsightRow row;
  for (const auto& [ts, value] : buckets) row.buckets.push_back({at(ts), value});
  return facts(replayed, ticket, query, row);
}

// The value of a series on the page; nothing where it is absent.
inline std::optional<double> value(const World& world, const std::string& sid, std::uint32_t mid,
                                   std::uint32_t peer_uid = 0) {
  const auto index = agora::mid_index(mid);
  for (const SessionView& session : world.sessions) {
    if (session.text->sid != sid) continue;
    for (std::uint32_t row = session.first_row; row < session.first_row + session.rows; ++row) {
      if (world.rows[row].peer_uid != peer_uid || !index) continue;
      const double v = world.values[*index][row];
      if (v == v) return v;
    }
  }
  return std::nullopt;
}

inline const SessionView* find(const World& world, const std::string& sid) {
  for (const SessionView& session : world.sessions) {
    if (session.text->sid == sid) return &session;
  }
  return nullptr;
}
inline const Row* find_row(const World& world, const std::string& sid, std::uint32_t peer_uid = 0) {
  const SessionView* session = find(world, sid);
  for (std::uint32_t i = 0; session != nullptr && i < session->rows; ++i) {
    if (world.rows[session->first_row + i].peer_uid == peer_uid) return &world.rows[session->first_row + i];
  }
  return nullptr;
}

inline std::shared_ptr<const World> world_at(Timeline& timeline, std::int64_t r) {
  timeline.advance(at(r));
  return timeline.world();
}

}  // namespace agora_exporter::timeline::test
