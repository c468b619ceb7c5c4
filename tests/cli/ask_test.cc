// check-config --ask against a transport that answers from a table, with the ledger on a disk in memory.
#include "cli/ask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "agora_exporter/storage/ledger.h"
#include "cli/files.h"

namespace agora_exporter::cli {
namespace {

using agora::Endpoint;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr WallTime kNow = wall_time(1'700'006'400);  // 2023-11-15T00:00:00Z: the day's budget is unspent
constexpr WallTime kNoon = kNow + Seconds{43'200};

constexpr const char* kRefused = R"({"code":401,"message":"Unauthorized"})";
constexpr const char* kNoAccess = R"({"code":300,"message":"no auth"})";

class Table final : public agora::Transport {
 public:
  explicit Table(ManualClock& clock) : clock_(clock) {
    answers["/beta/insight/usage/by_time"] = {200,
                                              R"({"code":200,"data":[{"userCount":3,"ts":1699747200}]})"};
    answers["/beta/insight/quality/by_time"] = {200, R"({"code":200,"data":[]})"};
    answers["/beta/analytics/call/lists"] = {
        200, R"({"code":200,"has_more":false,"call_lists":[{"call_id":"c1","cname":"x","created_ts":)" +
                 std::to_string(unix_seconds(to_world(clock.now())) - 3'000) + R"(,"destroyed_ts":)" +
                 std::to_string(unix_seconds(to_world(clock.now())) - 2'000) + R"(,"finished":true}]})"};
    answers["/beta/analytics/call/sessions"] = {
        200,
        R"({"code":200,"total_size":1,"page_no":1,"page_size":20,"call_info":[{"sid":"s1","cname":"x","uid":7,)"
        R"("network":"Wi-Fi","platform":"iOS","speaker":true,"sdk_version":"4.0.0","device_type":"x",)"
        R"("join_ts":1700000000,"leave_ts":1700000100,"finished":true}]})"};
    answers["/beta/analytics/call/metrics"] = {200, R"({"code":200,"message":"","metrics":[]})"};
  }

  void send(agora::HttpRequest request) override { sent.push_back(std::move(request)); }
  std::vector<agora::HttpAnswer> wait(WallTime until) override {
    if (answered_ == sent.size()) {
      clock_.set(until);
      return {};
    }
    clock_.advance(Millis{100});
    std::vector<agora::HttpAnswer> result;
    for (; answered_ < sent.size(); ++answered_) {
      const agora::HttpRequest& request = sent[answered_];
      const auto& [status, body] = answers.at(request.target.substr(0, request.target.find('?')));
      agora::HttpAnswer answer;
      answer.id = request.id;
      answer.status = status;
      answer.body = body;
      if (status == 0) answer.error = agora::ApiError::transport;
      if (status == 0) answer.message = body;
      result.push_back(answer);
    }
    return result;
  }
  void wake() override {}

  std::vector<std::string> paths() const {
    std::vector<std::string> all;
    for (const auto& request : sent) all.push_back(request.target.substr(0, request.target.find('?')));
    return all;
  }

  std::map<std::string, std::pair<int, std::string>> answers;
  std::vector<agora::HttpRequest> sent;

 private:
  ManualClock& clock_;
  std::size_t answered_ = 0;
};

class Ask : public testing::Test {
 protected:
  void use(const std::string& text) {
    const auto loaded = config::load_text(text, "f");
    ASSERT_TRUE(loaded.config);
    config_ = *loaded.config;
  }
  void SetUp() override { use(config_text("https://api.agora.io")); }

  bool ask_now(bool assume_fresh = true) {
    std::ostringstream out;
    const bool holds = ask(config_, "", assume_fresh, {clock_, table_, *disk_}, out);
    text_ = out.str();
    return holds;
  }
  std::size_t booked() {
    auto ledger = storage::Ledger::open(*disk_, config_.storage_path, "");
    EXPECT_TRUE(ledger);
    return ledger ? (*ledger)->state_at_open().bookings.size() : 0;
  }

  ManualClock clock_{kNoon};
  Table table_{clock_};
  std::unique_ptr<storage::Disk> disk_ = storage::make_memory_disk();
  config::Config config_;
  std::string text_;
};

TEST_F(Ask, SpendsOneBookedRequestAnEndpoint) {
  EXPECT_TRUE(ask_now()) << text_;
  EXPECT_EQ(booked(), 5u);
  ASSERT_EQ(table_.sent.size(), 5u);
  for (const auto& request : table_.sent) {
    EXPECT_EQ(request.base_url, "https://api.agora.io");
    EXPECT_EQ(request.credentials.customer_id, "the-id");
    EXPECT_EQ(request.credentials.customer_secret, "s3cret-never-shown");
    EXPECT_THAT(request.target, HasSubstr("appid=app-1"));
  }
  EXPECT_THAT(text_, ContainsRegex("main insight_usage +ok: 1 buckets\n"));
  EXPECT_THAT(text_, ContainsRegex("main call_lists +ok: 1 calls\n"));
  EXPECT_THAT(text_, ContainsRegex("main call_sessions +ok: 1 sessions of the newest call\n"));
  EXPECT_THAT(text_, ContainsRegex("main call_metrics +ok: 0 points\n"));
  EXPECT_THAT(text_, Not(HasSubstr("s3cret")));
  EXPECT_THAT(table_.sent[3].target, HasSubstr("call_id=c1"));
  EXPECT_THAT(table_.sent[4].target, HasSubstr("sids=s1"));
}

TEST_F(Ask, StaysInsideThePlansLimits) {
  ASSERT_TRUE(ask_now()) << text_;
  const std::int64_t now = unix_seconds(to_world(kNoon));
  const auto number = [](const std::string& target, const std::string& key) {
    const std::size_t at = target.find(key + "=");
    return at == std::string::npos ? -1 : std::stoll(target.substr(at + key.size() + 1));
  };
  for (std::size_t i = 0; i < table_.sent.size(); ++i) {
    const agora::Limits& limits = config_.accounts[0].plan.limits[i];
    const bool insight = i < 2;
    const std::int64_t start = number(table_.sent[i].target, insight ? "startTs" : "start_ts");
    const std::int64_t end = number(table_.sent[i].target, insight ? "endTs" : "end_ts");
    EXPECT_LT(start, end) << i;
    EXPECT_LT(end, now - limits.delay.count()) << i;
    EXPECT_GT(start, now - limits.look_back.count()) << i;
    EXPECT_LE(end - start, limits.longest_window.count()) << i;
  }
}

TEST_F(Ask, RefusedCredentialsEndTheAccount) {
  table_.answers["/beta/insight/usage/by_time"] = {401, kRefused};
  EXPECT_FALSE(ask_now());
  EXPECT_THAT(text_, HasSubstr("the credentials are refused"));
  EXPECT_EQ(table_.sent.size(), 1u);
  EXPECT_EQ(booked(), 1u);
}

TEST_F(Ask, NoAnswerEndsTheAccount) {
  table_.answers["/beta/insight/usage/by_time"] = {0, "could not connect"};
  EXPECT_FALSE(ask_now());
  EXPECT_THAT(text_, HasSubstr("no answer: could not connect"));
  EXPECT_EQ(table_.sent.size(), 1u);
}

TEST_F(Ask, AnEndpointThatThePlanLacksIsSaidAndTheRestAsked) {
  table_.answers["/beta/insight/quality/by_time"] = {200, kNoAccess};
  EXPECT_FALSE(ask_now());
  EXPECT_THAT(text_, ContainsRegex("insight_quality +the account's plan lacks this endpoint"));
  EXPECT_EQ(table_.sent.size(), 5u);
}

TEST_F(Ask, APlanThatDoesNotHoldNamesTheKey) {
  table_.answers["/beta/analytics/call/lists"] = {
      200,
      R"({"code":300,"message":"Service package limit check error, query time length limit error","data":null})"};
  table_.answers["/beta/insight/usage/by_time"] = {
      200, R"({"code":300,"message":"query time range limit error"})"};
  EXPECT_FALSE(ask_now());
  EXPECT_THAT(text_, HasSubstr("set plan, or limits.call_lists.longest_window"));
  EXPECT_THAT(text_, HasSubstr("set plan, or limits.insight_usage.look_back"));
}

TEST_F(Ask, WithoutACallNotFoundSaysThatAccessHolds) {
  table_.answers["/beta/analytics/call/lists"] = {200, R"({"code":200,"has_more":false,"call_lists":[]})"};
  table_.answers["/beta/analytics/call/sessions"] = {404, R"({"code":404,"message":"not found"})"};
  table_.answers["/beta/analytics/call/metrics"] = {404, R"({"code":404,"message":"not found"})"};
  EXPECT_TRUE(ask_now()) << text_;
  EXPECT_THAT(text_, ContainsRegex("call_metrics +ok: no call to ask about"));
}

TEST_F(Ask, OnlyWhatIsUsedIsAsked) {
  use(config_text("https://api.agora.io", "", ", usage: { enabled: false }, quality: { enabled: false }"));
  EXPECT_TRUE(ask_now()) << text_;
  EXPECT_THAT(table_.paths(), ElementsAre("/beta/analytics/call/lists", "/beta/analytics/call/sessions",
                                          "/beta/analytics/call/metrics"));
}

TEST_F(Ask, AMinutesLimitIsWaitedForAndADaysIsNot) {
  use(config_text("https://api.agora.io", "    limits: { insight_usage: { per_day: 2 } }\n"));
  EXPECT_TRUE(ask_now()) << text_;
  const WallTime first_done = clock_.now();
  EXPECT_TRUE(ask_now()) << text_;
  EXPECT_GE(clock_.now() - first_done, Seconds{50});  // insight: one a minute
  EXPECT_FALSE(ask_now());
  EXPECT_THAT(text_, ContainsRegex("insight_usage +not asked: its budget is used up until 2023-11-16T00:0"));
  EXPECT_EQ(table_.sent.size(), 14u);
}

TEST_F(Ask, ARefusalForTheDayIsKept) {
  table_.answers["/beta/analytics/call/lists"] = {200, R"({"code":300,"message":"qpd limit error"})"};
  EXPECT_FALSE(ask_now());
  EXPECT_THAT(text_, HasSubstr("the quota is used up by others"));
  auto ledger = storage::Ledger::open(*disk_, config_.storage_path, "");
  ASSERT_TRUE(ledger);
  EXPECT_EQ((*ledger)->state_at_open().refused_until.count({{"main", ""}, Endpoint::call_lists}), 1u);
}

TEST_F(Ask, ANewFolderTakesTheElapsedShareAsSpentAndKeepsIt) {
  EXPECT_TRUE(ask_now(false)) << text_;
  auto ledger = storage::Ledger::open(*disk_, config_.storage_path, "");
  ASSERT_TRUE(ledger);
  std::uint32_t most = 0;
  for (const storage::Booking& b : (*ledger)->state_at_open().bookings) {
    if (b.endpoint == Endpoint::call_lists) most = std::max(most, b.ticket.ordinal);
  }
  EXPECT_EQ(most, 501u);  // half of 1,000 at noon, and the one asked
}

TEST_F(Ask, AFolderOfAnotherClockIsRefused) {
  ASSERT_TRUE(ask_now());
  std::ostringstream out;
  EXPECT_FALSE(ask(config_, "start=1", true, {clock_, table_, *disk_}, out));
  EXPECT_THAT(out.str(), HasSubstr("nothing was asked: "));
}

}  // namespace
}  // namespace agora_exporter::cli
