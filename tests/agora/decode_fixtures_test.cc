// The specification's own examples, as they stand there: trailing commas, the stray brace.
#include <gmock/gmock.h>

#include "agora/decode_support.h"

namespace agora_exporter::agora {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class T>
T decoded(Endpoint endpoint) {
  const Decoded result = decode_body(endpoint, fixture(endpoint));
  EXPECT_FALSE(result.todays_server);
  EXPECT_EQ(result.skipped_points, 0);
  const T* body = std::get_if<T>(&result.body);
  EXPECT_NE(body, nullptr) << result.body.index();
  return body != nullptr ? *body : T{};
}

TEST(DecodeFixtures, InsightUsage) {
  EXPECT_THAT(decoded<InsightRow>(Endpoint::insight_usage).buckets,
              ElementsAre(Bucket{world_time(1'625'155'200), 42.0}, Bucket{world_time(1'625'241'600), 65.0}));
}

TEST(DecodeFixtures, InsightQuality) {
  EXPECT_THAT(
      decoded<InsightRow>(Endpoint::insight_quality).buckets,
      ElementsAre(Bucket{world_time(1'625'155'200), 0.064762}, Bucket{world_time(1'625'241'600), 0.046284}));
}

TEST(DecodeFixtures, CallLists) {
  const auto list = decoded<CallList>(Endpoint::call_lists);
  EXPECT_FALSE(list.has_more);
  EXPECT_EQ(list.total_size, std::nullopt);
  EXPECT_THAT(list.calls, ElementsAre(CallEntry{"cxxxxxxxxxxxxxxxxxxxx", "cname1", world_time(1'547'448'383),
                                                world_time(1'547'448'483), true}));
}

TEST(DecodeFixtures, CallSessions) {
  const auto page = decoded<SessionPage>(Endpoint::call_sessions);
  EXPECT_EQ(page.total_size, 101);
  EXPECT_EQ(page.page_no, 1);
  EXPECT_EQ(page.page_size, 20);
  SessionEntry expected;
  expected.sid = "EDB224CCF4FB4F99815C24302BDF3301";
  expected.channel = "15056678066620";
  expected.uid = 630'985'881;
  expected.network = "Wi-Fi";
  expected.platform = "Android";
  expected.sdk_version = "2.2.0.07_14";
  expected.device_type = "Android (6.0)";
  expected.speaker = true;
  expected.joined = world_time(1'548'670'251);
  expected.left = world_time(1'548'670'815);
  expected.finished = true;
  EXPECT_THAT(page.sessions, ElementsAre(expected));
}

TEST(DecodeFixtures, StrayBraceMayBeClosedToo) {
  const Decoded closed = decode_body(Endpoint::call_sessions, fixture(Endpoint::call_sessions) + "}\n");
  EXPECT_TRUE(std::holds_alternative<SessionPage>(closed.body));
  const Decoded twice = decode_body(Endpoint::call_sessions, fixture(Endpoint::call_sessions) + "}}");
  EXPECT_TRUE(std::holds_alternative<Undecodable>(twice.body));
}

TEST(DecodeFixtures, CallMetrics) {
  const auto points = decoded<PointSet>(Endpoint::call_metrics);
  EXPECT_THAT(points.sids, ElementsAre("EDB224CCF4FB4F99815C24302BDF3301"));
  ASSERT_EQ(points.streams.size(), 1u);
  EXPECT_EQ(points.streams[0].sid, 0u);
  EXPECT_EQ(points.streams[0].mid, 20003u);
  EXPECT_EQ(points.streams[0].peer_uid, 0u);
  EXPECT_EQ(points.streams[0].begin, 0u);
  EXPECT_EQ(points.streams[0].end, 3u);
  EXPECT_THAT(points.times,
              ElementsAre(world_time(1'548'670'255), world_time(1'548'670'257), world_time(1'548'670'259)));
  EXPECT_THAT(points.values, ElementsAre(215, 129, 121));
}

// Cut anywhere, an answer is never taken for a whole one.
TEST(DecodeFixtures, CutAtEveryByte) {
  for (const Endpoint endpoint : kEndpoints) {
    const std::string whole = fixture(endpoint);
    const std::size_t end = whole.find_last_of('}');
    for (std::size_t length = 0; length <= end; ++length) {
      const Decoded result = decode_body(endpoint, whole.substr(0, length));
      const auto* undecodable = std::get_if<Undecodable>(&result.body);
      ASSERT_NE(undecodable, nullptr) << name_of(endpoint) << " cut at " << length;
      EXPECT_EQ(undecodable->body, whole.substr(0, length));
      EXPECT_THAT(undecodable->reason, ::testing::Not(IsEmpty()));
    }
  }
}

// Any single byte changed: no crash, and never a refusal that nobody spoke (digits of `code`, and the blank
// before it, aside).
TEST(DecodeFixtures, EveryByteFlipped) {
  for (const Endpoint endpoint : kEndpoints) {
    const std::string whole = fixture(endpoint);
    const std::size_t code = whole.find("200");
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string broken = whole;
      broken[at] = static_cast<char>(broken[at] ^ 0x11);
      const Decoded result = decode_body(endpoint, broken);
      if (at + 1 >= code && at < code + 3) continue;
      EXPECT_FALSE(std::holds_alternative<Refusal>(result.body)) << name_of(endpoint) << " byte " << at;
    }
  }
}

}  // namespace
}  // namespace agora_exporter::agora
