#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "simulator/desk.h"

namespace agora_exporter::simulator {
namespace {

TEST(Readings, AreSetByNameAndSaidInText) {
  Readings r;
  for (const ReadingRow& row : readings()) {
    for (std::size_t v = 0; v < row.values.size(); ++v) {
      const std::string text = std::string(row.name) + "=" + std::string(row.values[v]);
      ASSERT_TRUE(set_reading(r, text).has_value()) << text;
      EXPECT_EQ(row.get(r), v);
      EXPECT_NE((to_text(r) + " ").find(text + " "), std::string::npos) << text;
    }
  }
  EXPECT_FALSE(set_reading(r, "lists.window=sideways").has_value());
  EXPECT_FALSE(set_reading(r, "lists.door=began").has_value());
  EXPECT_FALSE(set_reading(r, "lists.window").has_value());
}

TEST(Readings, ACoveringArrayHoldsEveryPair) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    std::set<std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>> seen;
    const auto array = covering_array(seed);
    const auto rows = readings();
    for (const Readings& r : array) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = i + 1; j < rows.size(); ++j) seen.emplace(i, rows[i].get(r), j, rows[j].get(r));
      }
    }
    std::size_t pairs = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t j = i + 1; j < rows.size(); ++j)
        pairs += rows[i].values.size() * rows[j].values.size();
    }
    EXPECT_EQ(seen.size(), pairs);
    EXPECT_LE(array.size(), 24U) << "seed " << seed;
    EXPECT_EQ(to_text(covering_array(seed).back()), to_text(array.back()));
  }
}

TEST(Readings, OfSuccess) {
  const std::tuple<SuccessCode, SuccessMessage, std::string> rows[] = {
      {SuccessCode::two_hundred, SuccessMessage::empty, "{\"code\":200,\"message\":\"\","},
      {SuccessCode::zero, SuccessMessage::success, "{\"code\":0,\"message\":\"success\","},
      {SuccessCode::two_hundred, SuccessMessage::null_text, "{\"code\":200,\"message\":\"null\","},
      {SuccessCode::zero, SuccessMessage::null, "{\"code\":0,\"message\":null,"}};
  for (const auto& [code, message, expected] : rows) {
    SimulatorOptions options = plain_options();
    options.readings.success_code = code;
    options.readings.success_message = message;
    Questions q(options);
    const Asked asked = q.lists(kNoon - 3'600, kNoon - 600);
    EXPECT_EQ(asked.answer.body.substr(0, expected.size()), expected);
    EXPECT_GT(asked.calls().calls.size(), 5U);
  }
}

TEST(Readings, OfTheHttpStatusAndTheMessagesPrefix) {
  for (const auto status : {HttpStatus::always_200, HttpStatus::as_code}) {
    for (const auto prefix : {YesNo::no, YesNo::yes}) {
      SimulatorOptions options = plain_options();
      options.readings.http_status = status;
      options.readings.message_prefix = prefix;
      Questions q(options);
      const Asked early = q.lists(kNoon - 600, kNoon);
      EXPECT_EQ(early.answer.status, status == HttpStatus::as_code ? 300 : 200);
      EXPECT_EQ(early.said(), std::string("300 ") +
                                  (prefix == YesNo::yes ? "Service package limit check error, " : "") +
                                  "query latency limit error");
      q.pass(Millis{1'000});
      EXPECT_EQ(q.lists(kNoon - 600, kNoon - 700).answer.status, status == HttpStatus::as_code ? 400 : 200);
      q.pass(Millis{1'000});
      EXPECT_EQ(q.lists(kNoon - 600, kNoon - 500).answer.status, 200);
    }
  }
}

TEST(Readings, OfTrailingCommas) {
  SimulatorOptions options = plain_options();
  options.readings.trailing_commas = YesNo::yes;
  Questions q(options);
  const Asked asked = q.lists(kNoon - 3'600, kNoon - 600);
  EXPECT_NE(asked.answer.body.find("},]"), std::string::npos);
  EXPECT_GT(asked.calls().calls.size(), 5U);
  options.readings.trailing_commas = YesNo::no;
  Questions strict(options);
  const std::string body = strict.lists(kNoon - 3'600, kNoon - 600).answer.body;
  EXPECT_EQ(body.find(",]"), std::string::npos);
  EXPECT_EQ(body.find(",}"), std::string::npos);
}

}  // namespace
}  // namespace agora_exporter::simulator
