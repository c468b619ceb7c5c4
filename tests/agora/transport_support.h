// Sends one request through the real transport and waits for its answer.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "agora/curl_transport.h"
#include "agora/tiny_server.h"
#include "agora_exporter/base/clock.h"

namespace agora_exporter::agora {

class CurlTransportTest : public ::testing::Test {
 protected:
  // Short bounds: the tests of time-outs run in real time.
  static constexpr Millis kIdle{300};
  static constexpr std::size_t kCap = 100'000;

  CurlTransportTest() {
    Result<std::unique_ptr<Transport>> made = make_curl_transport(*clock_, {Millis{2'000}, kIdle, kCap});
    if (made) transport_ = std::move(*made);
  }
  void SetUp() override { ASSERT_NE(transport_, nullptr); }

  static HttpRequest request(const std::string& base_url) {
    HttpRequest made;
    made.id = 7;
    made.base_url = base_url;
    made.target = "/beta/analytics/call/lists?appid=a";
    made.credentials = {"id", "top-secret"};
    made.options.timeout = Seconds{20};
    return made;
  }

  // Generous, so that a slow machine does not fail the test; an answer ends the wait at once.
  HttpAnswer ask(HttpRequest request) {
    const std::uint64_t id = request.id;
    transport_->send(std::move(request));
    const WallTime until = clock_->now() + Seconds{30};
    while (clock_->now() < until) {
      for (HttpAnswer& answer : transport_->wait(until)) {
        EXPECT_EQ(answer.id, id);
        return std::move(answer);
      }
    }
    ADD_FAILURE() << "no answer";
    return {};
  }

  // What a server that sends `bytes` and closes makes of one request.
  HttpAnswer ask_server_of(const std::string& bytes) {
    const TinyServer server([&](TinyConnection& connection, const std::string&) { connection.send(bytes); });
    return ask(request(server.url()));
  }

  std::unique_ptr<Clock> clock_ = make_system_clock();
  std::unique_ptr<Transport> transport_;
};

inline void expect_failure(const HttpAnswer& answer, ApiError error) {
  EXPECT_EQ(answer.error, error) << answer.message;
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(answer.message.find("top-secret"), std::string::npos);
  EXPECT_NE(answer.message, "");
}

}  // namespace agora_exporter::agora
