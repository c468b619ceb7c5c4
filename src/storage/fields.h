// What a record of facts holds, field by field, said once for writing and reading. The order is the format: a
// change needs a new version in facts_codec.cc.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <type_traits>
#include <vector>

#include "agora_exporter/agora/facts.h"
#include "storage/bytes.h"

namespace agora_exporter::storage {

// Version 2 added what servers of today tell of a call.
inline constexpr int kNewestVersion = 2;

struct Save {
  static constexpr bool kReading = false;
  int version = kNewestVersion;
  ByteWriter& out;

  void field(const std::string& v) const { out.text(v); }
  void field(bool v) const { out.byte(v ? 1 : 0); }
  void field(double v) const { out.real(v); }
  void field(int v) const { out.signed_varint(v); }
  void field(std::uint32_t v) const { out.varint(v); }
  void field(std::int64_t v) const { out.signed_varint(v); }
  template <class E>
  void choice(E v, std::size_t) const {
    out.byte(static_cast<std::uint8_t>(v));
  }
  template <class T>
  std::size_t count(std::size_t n) const {
    out.varint(n);
    return n;
  }
};

struct Load {
  static constexpr bool kReading = true;
  ByteReader& in;
  int version = kNewestVersion;

  void field(std::string& v) const { v = in.text(); }
  void field(bool& v) const { v = limited(in.byte(), 1) != 0; }
  void field(double& v) const { v = in.real(); }
  void field(int& v) const {
    const std::int64_t wide = in.signed_varint();
    v = static_cast<int>(wide);
    if (v != wide) in.fail();
  }
  void field(std::uint32_t& v) const {
    v = static_cast<std::uint32_t>(limited(in.varint(), std::numeric_limits<std::uint32_t>::max()));
  }
  void field(std::int64_t& v) const { v = in.signed_varint(); }
  // One of `size` enumerators.
  template <class E>
  void choice(E& v, std::size_t size) const {
    v = static_cast<E>(limited(in.byte(), size - 1));
  }
  template <class T>
  std::size_t count(std::size_t) const {
    return in.count<T>();
  }

 private:
  std::uint64_t limited(std::uint64_t v, std::uint64_t most) const {
    if (v <= most) return v;
    in.fail();
    return 0;
  }
};

// Reading changes the value, writing does not.
template <class A, class T>
using Of = std::conditional_t<A::kReading, T, const T>;

template <class A, class Time>
void time_field(const A& a, Time& t) {
  std::int64_t count = t.time_since_epoch().count();
  a.field(count);
  if constexpr (A::kReading) t = Time{typename Time::duration{count}};
}
template <class A, class T, class F>
void optional_field(const A& a, std::optional<T>& v, F each) {
  bool there = v.has_value();
  a.field(there);
  if constexpr (A::kReading) {
    if (there) v.emplace();
  }
  if (v) each(*v);
}
template <class A, class T, class F>
void optional_field(const A& a, const std::optional<T>& v, F each) {
  const bool there = v.has_value();
  a.field(there);
  if (v) each(*v);
}
template <class A, class Vector, class F>
void list_field(const A& a, Vector& list, F each) {
  const std::size_t size = a.template count<typename Vector::value_type>(list.size());
  if constexpr (A::kReading) list.resize(size);
  for (auto& element : list) each(element);
}

template <class A>
void frame(const A& a, Of<A, agora::Frame>& f) {
  time_field(a, f.start);
  time_field(a, f.end);
}
template <class A>
void query(const A& a, Of<A, agora::UsageQuery>& q) {
  frame(a, q.frame);
  a.field(q.metric);
  a.choice(q.granularity, 2);
}
template <class A>
void query(const A& a, Of<A, agora::QualityQuery>& q) {
  frame(a, q.frame);
  a.field(q.metric);
  a.choice(q.granularity, 2);
  a.field(q.product);
}
template <class A>
void query(const A& a, Of<A, agora::CallListQuery>& q) {
  frame(a, q.frame);
  a.field(q.channel);
  optional_field(a, q.page_no, [&](auto& v) { a.field(v); });
  optional_field(a, q.page_size, [&](auto& v) { a.field(v); });
}
template <class A>
void query(const A& a, Of<A, agora::CallSessionsQuery>& q) {
  frame(a, q.frame);
  a.field(q.call_id);
  optional_field(a, q.page_no, [&](auto& v) { a.field(v); });
  optional_field(a, q.page_size, [&](auto& v) { a.field(v); });
  list_field(a, q.uids, [&](auto& v) { a.field(v); });
  a.field(q.exclude_server_user);
}
template <class A>
void query(const A& a, Of<A, agora::CallMetricsQuery>& q) {
  frame(a, q.frame);
  a.field(q.call_id);
  list_field(a, q.sids, [&](auto& v) { a.field(v); });
}

template <class A>
void body(const A& a, Of<A, agora::CallList>& list) {
  a.field(list.has_more);
  optional_field(a, list.total_size, [&](auto& v) { a.field(v); });
  list_field(a, list.calls, [&](auto& call) {
    a.field(call.call_id);
    a.field(call.channel);
    time_field(a, call.created);
    optional_field(a, call.destroyed, [&](auto& v) { time_field(a, v); });
    a.field(call.finished);
    if (a.version < 2) return;
    optional_field(a, call.peak_users, [&](auto& v) { a.field(v); });
    optional_field(a, call.mean_users, [&](auto& v) { a.field(v); });
    optional_field(a, call.audio_freeze_ratio, [&](auto& v) { a.field(v); });
    optional_field(a, call.video_freeze_ratio, [&](auto& v) { a.field(v); });
    a.field(call.certain);
  });
}
template <class A>
void body(const A& a, Of<A, agora::SessionPage>& page) {
  a.field(page.total_size);
  a.field(page.page_no);
  a.field(page.page_size);
  list_field(a, page.sessions, [&](auto& s) {
    a.field(s.sid);
    a.field(s.channel);
    a.field(s.uid);
    a.field(s.account);
    a.field(s.network);
    a.field(s.platform);
    a.field(s.sdk_version);
    a.field(s.device_type);
    a.field(s.speaker);
    time_field(a, s.joined);
    optional_field(a, s.left, [&](auto& v) { time_field(a, v); });
    a.field(s.finished);
  });
}
template <class A>
void body(const A& a, Of<A, agora::InsightRow>& row) {
  list_field(a, row.buckets, [&](auto& bucket) {
    time_field(a, bucket.ts);
    optional_field(a, bucket.value, [&](auto& v) { a.field(v); });
  });
}
template <class A>
void body(const A& a, Of<A, agora::Refusal>& refusal) {
  a.choice(refusal.error, agora::kApiErrorCount);
  a.field(refusal.http_status);
  a.field(refusal.message);
  optional_field(a, refusal.retry_after, [&](auto& v) {
    std::int64_t seconds = v.count();
    a.field(seconds);
    if constexpr (A::kReading) v = Seconds{seconds};
  });
}
template <class A>
void body(const A& a, Of<A, agora::Undecodable>& raw) {
  a.field(raw.reason);
  a.field(raw.body);
}

template <class A>
void asked(const A& a, Of<A, agora::Asked>& asked) {
  a.field(asked.account);
  a.field(asked.request.app_id);
  a.field(asked.ticket.day);
  a.field(asked.ticket.ordinal);
  time_field(a, asked.asked_at);
  time_field(a, asked.received_at);
  time_field(a, asked.replayed);
  a.field(asked.inclusion);
}

}  // namespace agora_exporter::storage
