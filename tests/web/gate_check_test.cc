// The gate alone: which passwords are checked, when, and what happens meanwhile. The check is the test's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "web/gate.h"

namespace agora_exporter::web::test {
namespace {

const std::string kHash = "$2b$10$3uvTdQi2gHFSKn2cdsnGSu2WqB53mp9Y4DPDZV5aDFO5IiTtLlRV2";
const std::string kCheapHash = "$2b$04$3uvTdQi2gHFSKn2cdsnGSu2WqB53mp9Y4DPDZV5aDFO5IiTtLlRV2";

// A check that waits until it is told to go on, and a loop that runs when the test says.
class GateCheck : public testing::Test {
 protected:
  GateCheck()
      : gate_(
            [this](const http::Request&, const http::Responder& respond) {
              ++let_in_;
              respond({200});
            },
            [this](std::function<void()> task) {
              const std::lock_guard lock(mutex_);
              loop_.push_back(std::move(task));
              changed_.notify_all();
            },
            clock_,
            [this](const std::string& password, const std::string& hash) {
              std::unique_lock lock(mutex_);
              checked_.push_back(hash);
              changed_.notify_all();
              changed_.wait(lock, [this] { return may_check_; });
              return password == "right" && (hash == kHash || hash == kCheapHash);
            }) {
    set({{"alice", kHash}});
  }
  ~GateCheck() override { let_check(); }

  void set(std::map<std::string, std::string> users) {
    auto access = std::make_shared<Access>();
    access->users = std::move(users);
    access->headers = {{"X-Frame-Options", "deny"}};
    gate_.set(std::move(access));
  }
  // `basic` is user:password in base64.
  void ask(const std::string& basic) {
    http::Request request;
    request.method = "GET";
    request.path = "/metrics";
    request.headers = {{"Authorization", "Basic " + basic}};
    gate_.handle(std::move(request), [this](const http::Response& response) {
      answers_.push_back(response.status);
      headers_ = response.headers;
    });
  }
  void let_check() {
    const std::lock_guard lock(mutex_);
    may_check_ = true;
    changed_.notify_all();
  }
  void wait_for_check(std::size_t checks) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return checked_.size() >= checks; });
  }
  // Runs so many verdicts in the loop.
  void run_loop(std::size_t verdicts) {
    for (std::size_t i = 0; i < verdicts; ++i) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !loop_.empty(); });
        task = std::move(loop_.front());
        loop_.pop_front();
      }
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool may_check_ = false;
  std::vector<std::string> checked_;
  std::deque<std::function<void()>> loop_;
  ManualClock clock_{wall_time(1'790'000'000)};
  int let_in_ = 0;
  std::vector<int> answers_;
  http::Headers headers_;
  Gate gate_;
};

const std::string kRight = "YWxpY2U6cmlnaHQ=";  // alice:right
const std::string kWrong = "YWxpY2U6d3Jvbmc=";  // alice:wrong
const std::string kStranger = "Ym9iOnJpZ2h0";   // bob:right

TEST_F(GateCheck, ManyRequestsWithOnePasswordAreOneCheck) {
  for (int i = 0; i < 100; ++i) ask(kRight);
  EXPECT_TRUE(answers_.empty());
  let_check();
  run_loop(1);
  EXPECT_EQ(let_in_, 100);
  ask(kRight);
  EXPECT_EQ(let_in_, 101) << "known by now";
  EXPECT_EQ(checked_.size(), 1u);
}

TEST_F(GateCheck, AWrongPasswordIsCheckedEachTime) {
  let_check();
  for (std::size_t i = 1; i <= 3; ++i) {
    ask(kWrong);
    run_loop(1);
    EXPECT_EQ(checked_.size(), i);
  }
  EXPECT_THAT(answers_, testing::Each(401));
  EXPECT_EQ(let_in_, 0);
}

TEST_F(GateCheck, AnUnknownUserIsCheckedTooAndAtTheHighestCost) {
  set({{"alice", kHash}, {"carol", kCheapHash}});
  let_check();
  ask(kStranger);
  run_loop(1);
  EXPECT_THAT(answers_, testing::ElementsAre(401));
  ASSERT_EQ(checked_.size(), 1u);
  EXPECT_EQ(checked_[0].substr(0, 7), "$2b$10$");
}

TEST_F(GateCheck, BeyondTheQueueItIs503) {
  ask(kWrong);
  wait_for_check(1);  // the thread is busy; 32 may wait
  for (int i = 0; i < 40; ++i) {
    std::string basic = "YWxpY2U6AAAA";  // alice: and three bytes
    basic[8] = static_cast<char>('A' + i % 26);
    basic[9] = static_cast<char>('A' + i / 26);
    ask(basic);
  }
  EXPECT_EQ(std::count(answers_.begin(), answers_.end(), 503), 8);
  EXPECT_EQ(headers_.front().first, "Content-Type");
  EXPECT_EQ(headers_.back(), (std::pair<std::string, std::string>{"X-Frame-Options", "deny"}));
  let_check();
  run_loop(33);
  EXPECT_EQ(std::count(answers_.begin(), answers_.end(), 401), 33);
}

TEST_F(GateCheck, WhoseHashChangesMeanwhileIsNotLetIn) {
  ask(kRight);
  wait_for_check(1);
  set({{"alice", kCheapHash}});
  let_check();
  run_loop(1);
  EXPECT_THAT(answers_, testing::ElementsAre(401));
  ask(kRight);
  run_loop(1);
  EXPECT_EQ(let_in_, 1);
  EXPECT_EQ(checked_.size(), 2u) << "the verdict on the old hash is of no use";
}

}  // namespace
}  // namespace agora_exporter::web::test
