// What was seen of this API, or may be: met without loss and without a crash.
#include <gmock/gmock.h>

#include <cstdlib>
#include <random>

#include "agora/decode_support.h"

namespace agora_exporter::agora {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class T>
T as(const Decoded& result) {
  const T* body = std::get_if<T>(&result.body);
  EXPECT_NE(body, nullptr) << result.body.index();
  return body != nullptr ? *body : T{};
}

std::vector<WorldTime> times(std::initializer_list<std::int64_t> seconds) {
  std::vector<WorldTime> out;
  for (const std::int64_t second : seconds) out.push_back(world_time(second));
  return out;
}

TEST(DecodeOddities, UnsortedAndRepeatedPointsKeepTheirOrder) {
  const Decoded result = decode_body(Endpoint::call_metrics, metrics_with("[5,1],[3,2],[5,3.25],[4,-1]"));
  const auto points = as<PointSet>(result);
  EXPECT_EQ(points.times, times({5, 3, 5, 4}));
  EXPECT_THAT(points.values, ElementsAre(1, 2, 3.25, -1));
  EXPECT_EQ(result.skipped_points, 0);
}

TEST(DecodeOddities, PointsThatAreNoneAreSkippedAndCounted) {
  const std::string kvs =
      R"([5,null],[6,1],null,[7],[],["8",1],[9,"x"],[10,[1]],{"t":11},[12,{"v":1}],3,[-1,1],[0,1],[1e300,1],[13,2,99])";
  const Decoded result = decode_body(Endpoint::call_metrics, metrics_with(kvs));
  const auto points = as<PointSet>(result);
  EXPECT_EQ(points.times, times({6, 13}));
  EXPECT_THAT(points.values, ElementsAre(1, 2));
  EXPECT_EQ(result.skipped_points, 13);
}

TEST(DecodeOddities, NumbersBeyondADoubleSkipTheirPointOnly) {
  const std::string huge(400, '9');
  const std::string kvs = "[5,1e999],[6,2],[7,-1e999],[8," + huge +
                          "],[9,1E+400],[10,NaN],[11,Infinity],[12,1e-999]," + "[13,0e999],[" + huge +
                          ",1],[14,3]";
  const Decoded result = decode_body(Endpoint::call_metrics, metrics_with(kvs));
  const auto points = as<PointSet>(result);
  EXPECT_EQ(points.times, times({6, 12, 13, 14}));
  EXPECT_THAT(points.values, ElementsAre(2, 0, 0, 3));
  EXPECT_EQ(result.skipped_points, 7);
}

TEST(DecodeOddities, ValuesAreReadToTheLastBit) {
  const Decoded result = decode_body(
      Endpoint::call_metrics,
      metrics_with(
          "[1,106.67],[2,2000.50],[3,0.1],[4,0.30000000000000004],[5,123456789.12345678],[6,9007199254740993]"
          ",[7,2.2250738585072011e-308],[8,1.7976931348623157e308]"));
  EXPECT_THAT(as<PointSet>(result).values,
              ElementsAre(106.67, 2000.50, 0.1, 0.30000000000000004, 123456789.12345678, 9007199254740992.0,
                          2.2250738585072011e-308, 1.7976931348623157e308));
}

// Any way of writing a number, against strtod.
TEST(DecodeOddities, SeededNumbersAreReadToTheLastBit) {
  constexpr unsigned kSeed = 7;
  std::mt19937 random(kSeed);
  std::string kvs;
  std::vector<double> expected;
  for (int i = 0; i < 3'000; ++i) {
    std::string number = random() % 2 == 0 ? "-" : "";
    number += std::to_string(random() % 1'000) + ".";
    for (unsigned digits = 1 + random() % 25; digits > 0; --digits)
      number += static_cast<char>('0' + random() % 10);
    if (random() % 3 == 0) number += (random() % 2 == 0 ? "e-" : "E+") + std::to_string(random() % 300);
    expected.push_back(std::strtod(number.c_str(), nullptr));
    kvs += (i == 0 ? "[" : ",[") + std::to_string(i + 1) + "," + number + "]";
  }
  const auto points = as<PointSet>(decode_body(Endpoint::call_metrics, metrics_with(kvs)));
  EXPECT_EQ(points.values, expected) << "seed " << kSeed;
}

TEST(DecodeOddities, UnknownMidsAndFieldsAndAnotherOrder) {
  const std::string body = R"({"metrics":[
      {"data":[{"kvs":[[1,2]],"peer_uid":7,"mid":29999,"new":{"kvs":[[9,9]],"mid":1}}],"sid":"S2","x":[[1,2],{"y":[]}]},
      {"sid":"S1","data":[{"peer_uid":4294967295,"mid":20004,"kvs":[]},{"mid":20003,"kvs":[[3,4],[5,6]]}]}],
      "later":{"metrics":[{"sid":"no"}]},"message":null,"code":0,"requestId":"r"})";
  const Decoded result = decode_body(Endpoint::call_metrics, body);
  const auto points = as<PointSet>(result);
  EXPECT_TRUE(result.todays_server);
  EXPECT_EQ(result.skipped_points, 0);
  EXPECT_THAT(points.sids, ElementsAre("S2", "S1"));
  ASSERT_THAT(points.streams, SizeIs(3));
  EXPECT_EQ(points.streams[0].mid, 29999u);
  EXPECT_EQ(points.streams[0].peer_uid, 7u);
  EXPECT_EQ(points.streams[1].sid, 1u);
  EXPECT_EQ(points.streams[1].peer_uid, 4'294'967'295u);
  EXPECT_EQ(points.streams[1].begin, points.streams[1].end);
  EXPECT_EQ(points.streams[2].peer_uid, 0u);
  EXPECT_EQ(points.streams[2].end, 3u);
  EXPECT_EQ(points.times, times({1, 3, 5}));
}

TEST(DecodeOddities, OneSidTwiceIsOneSid) {
  const auto points = as<PointSet>(decode_body(
      Endpoint::call_metrics,
      R"({"code":200,"metrics":[{"sid":"S1","data":[{"mid":1,"kvs":[[1,1]]}]},{"sid":"S2","data":[]},
          {"sid":"S1","data":[{"mid":2,"kvs":[[2,2]]}]}]})"));
  EXPECT_THAT(points.sids, ElementsAre("S1", "S2"));
  ASSERT_THAT(points.streams, SizeIs(2));
  EXPECT_EQ(points.streams[1].sid, 0u);
}

TEST(DecodeOddities, StreamsWithoutTheirIdsGoWithTheirPoints) {
  const Decoded result =
      decode_body(Endpoint::call_metrics,
                  R"({"code":200,"metrics":[{"data":[{"mid":1,"kvs":[[1,1],[2,2]]}]},null,[1],
          {"sid":"S1","data":[{"kvs":[[3,3]]},null,[[1,1]],{"mid":5,"peer_uid":-4294967296,"kvs":[[4,4]]},
                              {"mid":-1,"kvs":[[4,4]]},{"mid":6,"peer_uid":null,"kvs":[[5,5]]}]}]})");
  const auto points = as<PointSet>(result);
  EXPECT_THAT(points.sids, ElementsAre("S1"));
  ASSERT_THAT(points.streams, SizeIs(1));
  EXPECT_EQ(points.streams[0].mid, 6u);
  EXPECT_EQ(points.streams[0].begin, 0u);
  EXPECT_EQ(points.times, times({5}));
  // two points and their session, null, [1]; three points and their streams, null, [[1,1]]
  EXPECT_EQ(result.skipped_points, 3 + 2 + 6 + 2);
}

TEST(DecodeOddities, SidsLeftOutAreLeftOut) {
  const auto points = as<PointSet>(decode_body(Endpoint::call_metrics, R"({"code":200,"metrics":[]})"));
  EXPECT_THAT(points.sids, IsEmpty());
  EXPECT_THAT(points.streams, IsEmpty());
}

TEST(DecodeOddities, NullPayloadIsAnEmptyAnswer) {
  for (const Endpoint endpoint : kEndpoints) {
    const Decoded result = decode_body(
        endpoint,
        R"({"code":200,"message":"null","data":null,"call_lists":null,"call_info":null,"metrics":null})");
    EXPECT_EQ(result_of(result.body), "success") << name_of(endpoint);
  }
}

TEST(DecodeOddities, SuccessWithoutItsPayloadIsNotAnEmptyAnswer) {
  for (const Endpoint endpoint : kEndpoints) {
    for (const char* body :
         {"{}", R"({"code":200})", R"({"code":200,"data":{},"call_lists":7,"call_info":"","metrics":{}})"}) {
      const Decoded result = decode_body(endpoint, body);
      const auto* undecodable = std::get_if<Undecodable>(&result.body);
      ASSERT_NE(undecodable, nullptr) << name_of(endpoint) << body;
      EXPECT_THAT(undecodable->reason, HasSubstr(std::string(name_of(endpoint))));
      EXPECT_EQ(undecodable->body, body);
      EXPECT_EQ(result_of(result.body), "malformed");
    }
  }
}

TEST(DecodeOddities, MissingEndsOfCalls) {
  const Decoded result = decode_body(Endpoint::call_lists, R"({"code":0,"has_more":true,"call_lists":[
      {"call_id":"a","cname":"x","created_ts":10,"finished":false},
      {"call_id":"b","cname":"x","created_ts":10,"destroyed_ts":null,"finished":false},
      {"call_id":"c","cname":"x","created_ts":10,"destroyed_ts":0,"finished":true},
      {"call_id":"d","cname":"x","created_ts":10,"destroyed_ts":99,"finished":false},
      {"call_id":"e","created_ts":10.9,"destroyed_ts":20,"finished":1,"call_pcu":3,"call_audio_freeze_rate":0.12},
      {"cname":"no id","created_ts":10},{"call_id":"no start","created_ts":null},{"call_id":"neg","created_ts":-5}]})");
  const auto list = as<CallList>(result);
  EXPECT_TRUE(list.has_more);
  const auto open = [](const char* id) { return CallEntry{id, "x", world_time(10), std::nullopt, false}; };
  EXPECT_THAT(
      list.calls,
      ElementsAre(open("a"), open("b"), CallEntry{"c", "x", world_time(10), std::nullopt, true}, open("d"),
                  CallEntry{"e", "", world_time(10), world_time(20), true, 3, std::nullopt, 0.12}));
  EXPECT_EQ(result.skipped_points, 3);
}

TEST(DecodeOddities, WhatTodaysServerTellsOfACallAndNothingBelowZero) {
  const auto list = as<CallList>(decode_body(Endpoint::call_lists, R"({"code":200,"call_lists":[
      {"call_id":"a","created_ts":10,"call_pcu":7,"call_acu":2.5,"call_audio_freeze_rate":0,"call_video_freeze_rate":0.25},
      {"call_id":"b","created_ts":10,"call_pcu":-1,"call_acu":null,"call_audio_freeze_rate":"x"},
      {"call_id":"c","created_ts":10}]})"));
  EXPECT_THAT(list.calls,
              ElementsAre(CallEntry{"a", "", world_time(10), std::nullopt, false, 7, 2.5, 0, 0.25},
                          CallEntry{"b", "", world_time(10), std::nullopt, false},
                          CallEntry{"c", "", world_time(10), std::nullopt, false}));
}

TEST(DecodeOddities, TodaysListSaysMoreBySizeWhereItLeavesOutHasMore) {
  const std::string entry = R"({"call_id":"a","created_ts":10})";
  const auto list = [&](const std::string& total, int page) {
    Request request = request_for(Endpoint::call_lists);
    std::get<CallListQuery>(request.query).page_no = page;
    return decode(request, answer(R"({"code":200,"page_size":1,"total_size":)" + total +
                                  R"(,"call_lists":[)" + entry + "]}"));
  };
  EXPECT_TRUE(list("2", 1).todays_server);
  EXPECT_EQ(as<CallList>(list("2", 1)).total_size, 2);
  EXPECT_TRUE(as<CallList>(list("2", 1)).has_more);
  EXPECT_FALSE(as<CallList>(list("2", 2)).has_more);
  EXPECT_FALSE(as<CallList>(list("null", 1)).has_more);
}

TEST(DecodeOddities, Sessions) {
  const Decoded result = decode_body(Endpoint::call_sessions, R"({"code":200,"call_info":[
      {"sid":"a","uid":4294967295,"join_ts":10,"leave_ts":null,"finished":false,"roles":["host"],"account":"Ann"},
      {"sid":"b","uid":-1,"join_ts":10,"leave_ts":12,"finished":true,"network":null,"speaker":"true"},
      {"sid":"c","uid":"123","join_ts":10,"leave_ts":0,"finished":true,"cname":15056},
      {"sid":"d","uid":4294967296,"join_ts":10},{"sid":"e","uid":1},{"uid":1,"join_ts":10},{"sid":"f","uid":1.5,"join_ts":1},
      {"sid":"g","join_ts":10}]})");
  const auto page = as<SessionPage>(result);
  ASSERT_THAT(page.sessions, SizeIs(3));
  EXPECT_EQ(result.skipped_points, 5);
  EXPECT_EQ(page.total_size, 3);
  EXPECT_EQ(page.page_no, 1);
  EXPECT_EQ(page.sessions[0].uid, 4'294'967'295u);
  EXPECT_EQ(page.sessions[0].account, "Ann");
  EXPECT_EQ(page.sessions[0].left, std::nullopt);
  EXPECT_EQ(page.sessions[1].uid, 4'294'967'295u);
  EXPECT_EQ(page.sessions[1].left, world_time(12));
  EXPECT_EQ(page.sessions[1].network, "");
  EXPECT_TRUE(page.sessions[1].speaker);
  EXPECT_EQ(page.sessions[2].uid, 123u);
  EXPECT_EQ(page.sessions[2].left, std::nullopt);
  EXPECT_EQ(page.sessions[2].channel, "15056");
}

TEST(DecodeOddities, InsightNullIsAbsentAndOtherMetricsAreNotTaken) {
  const Decoded result = decode_body(Endpoint::insight_usage, R"({"code":200,"data":[
      {"ts":10,"userCount":null},{"ts":20},{"ts":30,"userCount":0},{"userCount":5},{"ts":40,"sessionCount":9},
      {"ts":50,"userCount":1e999}]})");
  const auto absent = [](std::int64_t ts) { return Bucket{world_time(ts), std::nullopt}; };
  EXPECT_THAT(as<InsightRow>(result).buckets,
              ElementsAre(absent(10), absent(20), Bucket{world_time(30), 0.0}, absent(40), absent(50)));
  EXPECT_EQ(result.skipped_points, 1);
}

TEST(DecodeOddities, BrokenText) {
  const std::string body = std::string(R"({"code":200,"call_lists":[{"call_id":"a)") + "\xff\xc3(\xe2\x82\"" +
                           R"(,"cname":"\ud800x\udc00\ud83d\ude00\u0000\q\u12g")" +
                           ",\"created_ts\":1},{\"call_id\":\"b" + std::string("\0\n\x01", 3) +
                           "\",\"created_ts\":2}]}";
  const auto list = as<CallList>(decode_body(Endpoint::call_lists, body));
  ASSERT_THAT(list.calls, SizeIs(2));
  const std::string unknown = "\xEF\xBF\xBD";
  EXPECT_EQ(list.calls[0].call_id, "a" + unknown + unknown + "(" + unknown);
  EXPECT_EQ(list.calls[0].channel, unknown + "x" + unknown + "\xF0\x9F\x98\x80" + unknown + "?q?u12g");
  EXPECT_EQ(list.calls[1].call_id, "b   ");
}

TEST(DecodeOddities, WhatIsNoAnswerAtAll) {
  const std::string deep(100'000, '[');
  for (const std::string& body :
       {std::string(), std::string(" \n"), std::string("\xEF\xBB\xBF"), std::string("null"),
        std::string("[]"), std::string("7"), std::string("<html></html>"), std::string("{}{}"),
        std::string(R"({"code":200,"metrics":[]}x)"), R"({"code":200,"x":)" + deep, deep,
        std::string(200'000, '{'), std::string(R"({"code":200,"metrics":[],"a":01})")}) {
    const Decoded result = decode_body(Endpoint::call_metrics, body);
    EXPECT_EQ(result_of(result.body), "malformed") << body.substr(0, 40);
  }
  const auto nested = as<Undecodable>(decode_body(Endpoint::call_metrics, R"({"x":)" + deep));
  EXPECT_THAT(nested.reason, HasSubstr("nested too deeply"));
}

TEST(DecodeOddities, ByteOrderMarkAndNestingWithinReason) {
  const std::string nested = std::string(50, '[') + std::string(50, ']');
  const auto points = as<PointSet>(decode_body(
      Endpoint::call_metrics, "\xEF\xBB\xBF \n{\"x\":" + nested + ",\"code\":200,\"metrics\":[],} \r\n"));
  EXPECT_THAT(points.sids, IsEmpty());
}

}  // namespace
}  // namespace agora_exporter::agora
