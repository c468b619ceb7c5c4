// Time and size limits, the cap on connections, and the end of the server.
#include <curl/curl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/test_server.h"
#include "support/raw_client.h"

namespace agora_exporter::http::test {
namespace {

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

TEST(Limits, AnIdleConnectionIsClosed) {
  auto options = on_free_port();
  options.idle_timeout = Seconds{1};
  const TestServer server(echo, options);
  RawClient silent(server.address());
  RawClient kept(server.address());
  kept.send(kGet);
  EXPECT_EQ(kept.read_answer().status, 200);
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_FALSE(silent.timed_out());
  EXPECT_EQ(kept.read_all(), "");
  EXPECT_FALSE(kept.timed_out());
}

// The time is for the whole request: a byte now and then does not renew it.
TEST(Limits, ASlowRequestIsCutOff) {
  auto options = on_free_port();
  options.idle_timeout = Seconds{1};
  const TestServer server(echo, options);
  RawClient client(server.address());
  client.be_patient_for(std::chrono::milliseconds(100));  // the pace of the bytes
  const auto start = Steady::now();
  std::string answer;
  while (answer.empty() && seconds_since(start) < 20) {
    client.send("G");
    answer = client.read_some(4096);
  }
  EXPECT_EQ(parse_answer(answer).status, 408);
}

TEST(Limits, ABodyThatDoesNotComeIsCutOff) {
  auto options = on_free_port();
  options.idle_timeout = Seconds{1};
  const TestServer server(echo, options);
  RawClient client(server.address());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.read_answer().status, 408);
  EXPECT_TRUE(client.sees_close());
}

// 20 MB are far more than what the kernel holds for a connection, so that the answer waits for its reader.
TEST(Limits, ASlowReaderIsCutOffWhileOthersAreServed) {
  auto options = on_free_port();
  options.write_timeout = Seconds{1};
  const auto body = std::make_shared<const std::vector<std::string>>(80, std::string(256 * 1024, 'x'));
  const TestServer server(
      [&](const Request& request, const Responder& respond) {
        if (request.path != "/large") return echo(request, respond);
        Response response;
        response.shared = body;
        respond(std::move(response));
      },
      options);
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 10; ++i) {
    slow.push_back(std::make_unique<RawClient>(server.address(), 4096));
    slow.back()->send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  // They read a little all the time: a limit on each write would never cut them off.
  const auto start = Steady::now();
  std::size_t cut = 0;
  while (cut < slow.size() && seconds_since(start) < 20) {
    for (auto& client : slow) {
      if (client && client->read_some(100).empty()) {
        EXPECT_TRUE(client->was_reset());
        client.reset();
        ++cut;
      }
    }
    RawClient other(server.address());
    other.send(kGet);
    ASSERT_EQ(other.read_answer().status, 200);
  }
  EXPECT_EQ(cut, slow.size());
}

TEST(Limits, ASharedBodyIsLetGo) {
  auto body = std::make_shared<const std::vector<std::string>>(80, std::string(256 * 1024, 'x'));
  const std::weak_ptr<const std::vector<std::string>> watched = body;
  const TestServer server([&](const Request&, const Responder& respond) {
    Response response;
    response.shared = std::exchange(body, nullptr);
    respond(std::move(response));
  });
  RawClient client(server.address());
  client.send(kGet);
  EXPECT_EQ(client.read_answer().body.size(), 80u * 256 * 1024);
  server->stop(Millis{0});
  EXPECT_TRUE(watched.expired());
}

TEST(Limits, TheLongestWaitingConnectionMakesRoom) {
  auto options = on_free_port();
  options.max_connections = 2;
  const TestServer server(echo, options);
  RawClient first(server.address());
  first.send(kGet);
  EXPECT_EQ(first.read_answer().status, 200);
  RawClient second(server.address());
  second.send(kGet);
  EXPECT_EQ(second.read_answer().status, 200);
  RawClient third(server.address());
  third.send(kGet);
  EXPECT_EQ(third.read_answer().status, 200);
  EXPECT_TRUE(first.sees_close());
  second.send(kGet);
  EXPECT_EQ(second.read_answer().status, 200);
}

struct Download {
  CURL* curl = nullptr;
  std::string body;
};

std::size_t keep(char* data, std::size_t size, std::size_t count, void* download) {
  static_cast<Download*>(download)->body.append(data, size * count);
  return size * count;
}

TEST(Limits, TwoHundredConnectionsAtOnce) {
  // Nobody is answered before all have asked: they are there at once.
  constexpr int kClients = 200;
  std::vector<std::pair<Request, Responder>> waiting;
  const TestServer server([&](const Request& request, const Responder& respond) {
    waiting.emplace_back(request, respond);
    if (waiting.size() < kClients) return;
    for (const auto& [asked, answer] : waiting) echo(asked, answer);
    waiting.clear();
  });
  std::vector<Download> downloads(kClients);
  CURLM* const multi = curl_multi_init();
  for (int i = 0; i < kClients; ++i) {
    auto& download = downloads[static_cast<std::size_t>(i)];
    download.curl = curl_easy_init();
    const auto url = "http://" + server.address() + "/" + std::to_string(i);
    curl_easy_setopt(download.curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(download.curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(download.curl, CURLOPT_TIMEOUT_MS, 20'000L);
    curl_easy_setopt(download.curl, CURLOPT_WRITEFUNCTION, &keep);
    curl_easy_setopt(download.curl, CURLOPT_WRITEDATA, &download);
    curl_multi_add_handle(multi, download.curl);
  }
  int running = kClients;
  while (running > 0 && curl_multi_perform(multi, &running) == CURLM_OK) {
    curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  for (int i = 0; i < kClients; ++i) {
    auto& download = downloads[static_cast<std::size_t>(i)];
    EXPECT_EQ(download.body, "GET /" + std::to_string(i) + " ? ");
    curl_multi_remove_handle(multi, download.curl);
    curl_easy_cleanup(download.curl);
  }
  curl_multi_cleanup(multi);
}

TEST(Stop, LetsTheRunningAnswerEnd) {
  std::promise<Responder> promise;
  const TestServer server([&](const Request&, const Responder& respond) { promise.set_value(respond); });
  RawClient idle(server.address());
  RawClient client(server.address());
  client.send(kGet);
  const auto respond = promise.get_future().get();
  std::thread stopping([&] { server->stop(Millis{20'000}); });
  EXPECT_TRUE(idle.sees_close());  // now it is stopping
  EXPECT_FALSE(RawClient(server.address()).connected());
  respond(Response{200, {}, {"done"}});
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client.sees_close());
  client.shut_sending();
  stopping.join();
}

TEST(Stop, EndsWhenTheGraceIsOver) {
  std::promise<Responder> promise;
  const TestServer server([&](const Request&, const Responder& respond) { promise.set_value(respond); });
  RawClient client(server.address());
  client.send(kGet);
  const auto respond = promise.get_future().get();
  const auto start = Steady::now();
  server->stop(Millis{300});
  EXPECT_GE(seconds_since(start), 0.29);
  EXPECT_LT(seconds_since(start), 10);
  EXPECT_TRUE(client.sees_close());
  respond(Response{200});  // nobody there
  server->stop(Millis{0});
}

}  // namespace
}  // namespace agora_exporter::http::test
