#include <gmock/gmock.h>
#include <libdeflate.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "agora/transport_support.h"

namespace agora_exporter::agora {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(CurlTransportTest, AnswerWithItsHeadersAndTheRequestAsSpecified) {
  std::string head;
  const TinyServer server([&](TinyConnection& connection, const std::string& request) {
    head = request;
    connection.send(http_answer(429, "{}", "Date: Tue, 24 Nov 2026 17:39:51 GMT\r\nRetry-After: 7\r\n"));
  });
  const HttpAnswer answer = ask(request(server.url() + "/"));
  EXPECT_EQ(answer.error, std::nullopt) << answer.message;
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.body, "{}");
  EXPECT_EQ(answer.date, 1'795'541'991);
  EXPECT_EQ(answer.retry_after, Seconds{7});
  EXPECT_THAT(head, StartsWith("GET /beta/analytics/call/lists?appid=a HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nAuthorization: Basic aWQ6dG9wLXNlY3JldA==\r\n"));  // id:top-secret
  EXPECT_THAT(head, HasSubstr("\r\nAccept: application/json\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nAccept-Encoding: gzip\r\n"));
}

TEST_F(CurlTransportTest, RetryAfterAsADateIsMeasuredOnTheServersClock) {
  const std::string date = "Date: Tue, 24 Nov 2026 17:39:51 GMT\r\n";
  const auto retry_after = [&](const std::string& value) {
    return ask_server_of(http_answer(503, "", date + "Retry-After: " + value + "\r\n")).retry_after;
  };
  EXPECT_EQ(retry_after("Tue, 24 Nov 2026 17:41:00 GMT"), Seconds{69});
  EXPECT_EQ(retry_after("Tue, 24 Nov 2026 17:39:00 GMT"), Seconds{0});
  EXPECT_EQ(retry_after("-3"), Seconds{0});
  EXPECT_EQ(retry_after("99999999"), kDay);
  EXPECT_EQ(retry_after("soon"), std::nullopt);
}

std::string gzip(const std::string& text) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(6), &libdeflate_free_compressor);
  std::string packed(libdeflate_gzip_compress_bound(compressor.get(), text.size()), '\0');
  packed.resize(
      libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), packed.data(), packed.size()));
  return packed;
}

TEST_F(CurlTransportTest, GzipIsUnpacked) {
  const std::string header = "Content-Encoding: gzip\r\n";
  const std::string body = R"({"code":200})" + std::string(50'000, ' ');
  const std::string packed = gzip(body);
  EXPECT_EQ(ask_server_of(http_answer(200, packed, header)).body, body);
  expect_failure(ask_server_of(http_answer(200, std::string("\x1f\x8b") + "no gzip at all", header)),
                 ApiError::transport);
  // A small answer that unpacks to a large one.
  expect_failure(ask_server_of(http_answer(200, gzip(std::string(kCap + 1, ' ')), header)),
                 ApiError::too_large);
}

TEST_F(CurlTransportTest, RedirectsAreRefusedAndNotFollowed) {
  const TinyServer target(
      [](TinyConnection& connection, const std::string&) { connection.send(http_answer(200, "{}")); });
  for (const int status : {301, 302, 303, 307, 308, 300}) {
    const HttpAnswer answer =
        ask_server_of(http_answer(status, "moved", "Location: " + target.url() + "/elsewhere\r\n"));
    expect_failure(answer, ApiError::transport);
    EXPECT_THAT(answer.message,
                HasSubstr("HTTP " + std::to_string(status) + ": redirects to " + target.url()));
    EXPECT_EQ(answer.status, status);
  }
  EXPECT_EQ(target.requests(), 0);
}

// The API's code for "limit exceeded" may come as HTTP status as well.
TEST_F(CurlTransportTest, Status300WithoutALocationIsAnAnswer) {
  const HttpAnswer answer = ask_server_of(http_answer(300, R"({"code":300})"));
  EXPECT_EQ(answer.error, std::nullopt);
  EXPECT_EQ(answer.status, 300);
  EXPECT_EQ(answer.body, R"({"code":300})");
}

TEST_F(CurlTransportTest, BodiesCutOffAreTransportErrorsAndDiscarded) {
  const HttpAnswer cut = ask_server_of("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"code\":200");
  expect_failure(cut, ApiError::transport);
  EXPECT_THAT(cut.message, HasSubstr("the body was cut off"));
  const HttpAnswer chunked =
      ask_server_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cod\r\n");
  expect_failure(chunked, ApiError::transport);
  const HttpAnswer head = ask_server_of("HTTP/1.1 200 OK\r\nContent-Le");
  expect_failure(head, ApiError::transport);
}

TEST_F(CurlTransportTest, ServersThatDoNotAnswer) {
  expect_failure(ask_server_of(""), ApiError::transport);
  expect_failure(ask_server_of("SSH-2.0-OpenSSH_9.2\r\n"), ApiError::transport);
  HttpRequest nowhere;
  {
    const TinyServer gone([](TinyConnection&, const std::string&) {});
    nowhere = request(gone.url());
  }
  const HttpAnswer answer = ask(nowhere);
  expect_failure(answer, ApiError::transport);
  EXPECT_THAT(answer.message, StartsWith("no connection: "));
}

// One booking, one request: libcurl must not repeat it by itself.
TEST_F(CurlTransportTest, ResetConnectionsAreNotAskedAgain) {
  std::atomic<bool> broken{false};
  const TinyServer server([&](TinyConnection& connection, const std::string&) {
    if (broken) return connection.reset();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}");
    connection.hold();
  });
  EXPECT_EQ(ask(request(server.url())).body, "{}");
  broken = true;
  expect_failure(ask(request(server.url())), ApiError::transport);
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(CurlTransportTest, SilenceEndsTheTransfer) {
  const TinyServer silent([](TinyConnection& connection, const std::string&) { connection.hold(); });
  const HttpAnswer answer = ask(request(silent.url()));
  expect_failure(answer, ApiError::transport);
  EXPECT_THAT(answer.message, HasSubstr("not a byte for 300ms"));
  EXPECT_EQ(answer.status, 0);

  const TinyServer stuck([](TinyConnection& connection, const std::string&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"code\"");
    connection.hold();
  });
  const HttpAnswer half = ask(request(stuck.url()));
  expect_failure(half, ApiError::transport);
  EXPECT_THAT(half.message, HasSubstr("not a byte for 300ms"));
}

// A byte now and then is no silence; the time in all still holds.
TEST_F(CurlTransportTest, TheTimeInAllIsBounded) {
  const TinyServer slow([](TinyConnection& connection, const std::string&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 25; ++i) {
      connection.send("x");
      std::this_thread::sleep_for(kIdle / 6);  // the server's pace is the matter of this test
    }
    connection.hold();
  });
  HttpRequest hurried = request(slow.url());
  hurried.options.timeout = Seconds{1};
  const HttpAnswer answer = ask(hurried);
  expect_failure(answer, ApiError::transport);
  EXPECT_THAT(answer.message, StartsWith("timed out: "));
  EXPECT_THAT(answer.message, Not(HasSubstr("not a byte")));
}

TEST_F(CurlTransportTest, BodiesOverTheCap) {
  EXPECT_EQ(ask_server_of(http_answer(200, std::string(kCap, 'x'))).body.size(), kCap);
  expect_failure(ask_server_of(http_answer(200, std::string(kCap + 1, 'x'))), ApiError::too_large);
  // Without a Content-Length to go by.
  const HttpAnswer endless = ask_server_of("HTTP/1.1 200 OK\r\n\r\n" + std::string(kCap + 1, 'x'));
  expect_failure(endless, ApiError::too_large);
  EXPECT_EQ(endless.message, "the body is larger than 100000 bytes");
}

TEST_F(CurlTransportTest, WakeEndsTheWait) {
  const WallTime far = clock_->now() + Seconds{30};
  transport_->wake();
  EXPECT_TRUE(transport_->wait(far).empty());  // told before the wait: not lost
  std::thread other([&] { transport_->wake(); });
  EXPECT_TRUE(transport_->wait(far).empty());
  other.join();
  EXPECT_TRUE(transport_->wait(clock_->now() - Seconds{1}).empty());
  EXPECT_LT(clock_->now(), far);
}

TEST_F(CurlTransportTest, WaitEndsAtItsTimeAndAtOnceUnderAManualClock) {
  const WallTime until = clock_->now() + Millis{50};
  EXPECT_TRUE(transport_->wait(until).empty());
  EXPECT_GE(clock_->now(), until);
  const ManualClock still(wall_time(1'000));
  const auto transport = make_curl_transport(still);
  ASSERT_TRUE(transport);
  EXPECT_TRUE((*transport)->wait(wall_time(2'000)).empty());
}

TEST_F(CurlTransportTest, SeveralAtOnceAndOneHangingDoesNotHoldUpTheRest) {
  const TinyServer server([](TinyConnection& connection, const std::string& head) {
    if (head.find("hang") != std::string::npos) return connection.hold();
    connection.send(http_answer(200, head.substr(0, head.find(' ', 5))));
  });
  for (std::uint64_t id = 0; id < 6; ++id) {
    HttpRequest one = request(server.url());
    one.id = id;
    one.target = id == 0 ? "/hang" : "/" + std::to_string(id);
    transport_->send(one);
  }
  std::vector<HttpAnswer> answers;
  while (answers.size() < 6) {
    for (HttpAnswer& answer : transport_->wait(clock_->now() + Seconds{30}))
      answers.push_back(std::move(answer));
  }
  EXPECT_EQ(answers.back().id, 0u);
  EXPECT_EQ(answers.back().error, ApiError::transport);
  answers.pop_back();
  for (const HttpAnswer& answer : answers) EXPECT_EQ(answer.body, "GET /" + std::to_string(answer.id));
}

TEST_F(CurlTransportTest, DestroyedWithATransferUnderWay) {
  const TinyServer silent([](TinyConnection& connection, const std::string&) { connection.hold(); });
  transport_->send(request(silent.url()));
  transport_->wait(clock_->now() + Millis{20});
  transport_.reset();
  EXPECT_LE(silent.requests(), 1);
}

TEST_F(CurlTransportTest, OtherProtocolsAndBadUrls) {
  for (const char* base_url : {"ftp://127.0.0.1", "file://", "http://", "https://[::1", ""}) {
    expect_failure(ask(request(base_url)), ApiError::transport);
  }
  EXPECT_THAT(ask(request("ftp://127.0.0.1:1")).message, StartsWith("base_url is neither http nor https"));
}

TEST_F(CurlTransportTest, ProxyIsTheConfiguredOneAndNeverTheEnvironments) {
  const TinyServer proxy(
      [](TinyConnection& connection, const std::string& head) { connection.send(http_answer(200, head)); });
  const TinyServer origin(
      [](TinyConnection& connection, const std::string&) { connection.send(http_answer(200, "direct")); });
  ASSERT_EQ(setenv("http_proxy", proxy.url().c_str(), 1), 0);
  EXPECT_EQ(ask(request(origin.url())).body, "direct");
  ASSERT_EQ(unsetenv("http_proxy"), 0);
  ASSERT_EQ(setenv("no_proxy", "*", 1), 0);
  HttpRequest proxied = request("http://agora.invalid");
  proxied.options.proxy = proxy.url();
  EXPECT_THAT(ask(proxied).body,
              StartsWith("GET http://agora.invalid/beta/analytics/call/lists?appid=a HTTP/1.1"));
  ASSERT_EQ(unsetenv("no_proxy"), 0);
}

// Should a server echo the secret where libcurl or we quote it, it still does not get out.
TEST_F(CurlTransportTest, SecretsAreTakenOutOfMessages) {
  const HttpAnswer answer = ask_server_of(http_answer(302, "", "Location: http://x/?pw=top-secret\r\n"));
  expect_failure(answer, ApiError::transport);
  EXPECT_THAT(answer.message, HasSubstr("http://x/?pw=***"));
}

}  // namespace
}  // namespace agora_exporter::agora
