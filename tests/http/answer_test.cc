// How answers go out: whole, in order, from any thread.
#include <gtest/gtest.h>

#include <future>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "http/test_server.h"
#include "support/raw_client.h"

namespace agora_exporter::http::test {
namespace {

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Answer, KeepsTheConnection) {
  const TestServer server(echo);
  RawClient client(server.address());
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.count("connection"), 0u);
    EXPECT_EQ(answer.headers.count("date"), 1u);
  }
}

TEST(Answer, RenewedConnectionsEndOnceTheyAreIdle) {
  std::promise<Responder> asked;
  const TestServer server([&](const Request& request, Responder respond) {
    if (request.path == "/a") return echo(request, respond);
    asked.set_value(std::move(respond));
  });
  RawClient idle(server.address()), busy(server.address());
  idle.send(kGet);
  EXPECT_EQ(idle.read_answer().status, 200);
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  const Responder respond = asked.get_future().get();
  server->post([&] { server->renew_connections(); });
  EXPECT_TRUE(idle.sees_close());
  respond({200, {}, {"late"}});
  const auto answer = busy.read_answer();
  EXPECT_EQ(answer.body, "late");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(busy.sees_close());
}

TEST(Answer, ClosesWhenAsked) {
  const TestServer server(echo);
  for (const char* request :
       {"GET /a HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n", "GET /a HTTP/1.0\r\n\r\n"}) {
    RawClient client(server.address());
    client.send(request);
    EXPECT_EQ(client.read_answer().headers.at("connection"), "close");
    EXPECT_TRUE(client.sees_close());
  }
}

TEST(Answer, KeepsAnOldConnectionWhenAsked) {
  const TestServer server(echo);
  RawClient client(server.address());
  for (int i = 0; i < 2; ++i) {
    client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client.read_answer().headers.at("connection"), "keep-alive");
  }
}

TEST(Answer, PipelinedRequestsAreAnsweredInOrder) {
  const TestServer server(echo);
  RawClient client(server.address());
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(requests);
  client.shut_sending();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.read_answer().body, "GET /" + std::to_string(i) + " ? ");
  EXPECT_EQ(client.read_all(), "");
}

TEST(Answer, HeadHasTheLengthButNoBody) {
  const TestServer server(echo);
  RawClient client(server.address());
  client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_answer(true).headers.at("content-length"), "12");
  client.send(kGet);
  EXPECT_EQ(client.read_answer().body, "GET /a ? ");
}

TEST(Answer, ContinueIsSaidToWhoWaitsForIt) {
  const TestServer server(echo);
  RawClient client(server.address());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 100);
  client.send("hi");
  EXPECT_EQ(client.read_answer().body, "POST /a ? hi");
}

TEST(Answer, DateIsTheGivenClocks) {
  auto options = on_free_port();
  options.date = [] { return std::int64_t{784111777}; };
  const TestServer server(echo, options);
  RawClient client(server.address());
  client.send(kGet);
  EXPECT_EQ(client.read_answer().headers.at("date"), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Answer, HeadersThatWouldBreakTheFrameAreLeftOut) {
  const TestServer server([](const Request&, const Responder& respond) {
    Response response;
    response.headers = {{"A", "b\r\nEvil: 1"}, {"Content-Length", "1"}, {"connection", "close"}, {"C", "d"}};
    response.pieces = {"text"};
    respond(response);
  });
  RawClient client(server.address());
  client.send(kGet);
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.headers.size(), 3u);  // C, Date, Content-Length
  EXPECT_EQ(answer.headers.at("c"), "d");
  EXPECT_EQ(answer.body, "text");
}

TEST(Answer, NoContentHasNoLength) {
  const TestServer server([](const Request&, const Responder& respond) { respond(Response{204}); });
  RawClient client(server.address());
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.headers.count("content-length"), 0u);
  }
}

std::vector<std::string> many_pieces(std::size_t count, std::size_t size) {
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < count; ++i) {
    pieces.emplace_back(size, static_cast<char>('a' + i % 26));
    pieces.emplace_back();  // an empty piece is no end
  }
  return pieces;
}

TEST(Answer, TwentyMegabytesInPiecesArriveWhole) {
  const auto pieces = many_pieces(80, 256 * 1024);
  const auto whole = std::accumulate(pieces.begin(), pieces.end(), std::string());
  const auto shared = std::make_shared<const std::vector<std::string>>(pieces);
  const TestServer server([&](const Request& request, const Responder& respond) {
    Response response;
    if (request.path == "/shared") {
      response.shared = shared;
    } else {
      response.pieces = pieces;
    }
    respond(std::move(response));
  });
  RawClient client(server.address());
  for (const char* path : {"/shared", "/own", "/shared"}) {
    client.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.read_answer().body == whole) << path;
  }
}

TEST(Answer, MayComeFromAnyThread) {
  std::vector<std::thread> threads;
  const TestServer server([&](Request request, Responder respond) {
    threads.emplace_back(
        [request = std::move(request), respond = std::move(respond)] { echo(request, respond); });
  });
  RawClient client(server.address());
  for (int i = 0; i < 20; ++i) {
    client.send(kGet);
    EXPECT_EQ(client.read_answer().body, "GET /a ? ");
  }
  server->stop(Millis{0});
  for (auto& thread : threads) thread.join();
}

TEST(Answer, ASecondOneDoesNothing) {
  const TestServer server([](const Request& request, const Responder& respond) {
    echo(request, respond);
    respond(Response{500});
  });
  RawClient client(server.address());
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    EXPECT_EQ(client.read_answer().status, 200);
  }
}

TEST(Answer, AfterTheClientHasGoneDoesNothing) {
  std::promise<Responder> promise;
  const TestServer server([&](const Request& request, const Responder& respond) {
    if (request.path == "/late") {
      promise.set_value(respond);
    } else {
      echo(request, respond);
    }
  });
  auto client = std::make_unique<RawClient>(server.address());
  client->send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto respond = promise.get_future().get();
  client.reset();
  respond(Response{200, {}, {std::string(1 << 20, 'x')}});
  RawClient other(server.address());
  other.send(kGet);
  EXPECT_EQ(other.read_answer().status, 200);
  server->stop(Millis{0});
  respond(Response{200});
}

// Closing over unread bytes would send a reset, which may overtake the answer.
TEST(Answer, ARefusalReachesAClientThatIsStillSending) {
  const TestServer server(echo);
  RawClient client(server.address());
  EXPECT_TRUE(client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n"));
  EXPECT_TRUE(client.send(std::string(500'000, 'x')));
  EXPECT_EQ(client.read_answer().status, 413);
  EXPECT_EQ(client.read_all(), "");
  EXPECT_FALSE(client.was_reset());
}

// What is posted too late to run is let go with its server, even if it holds a Responder.
TEST(Answer, TasksThatNeverRanAreFreed) {
  std::promise<Responder> promise;
  const auto witness = std::make_shared<int>(1);
  {
    const TestServer server([&](const Request&, const Responder& respond) { promise.set_value(respond); });
    RawClient client(server.address());
    client.send(kGet);
    auto respond = promise.get_future().get();
    promise = {};
    server->stop(Millis{0});
    server->post([witness, respond = std::move(respond)] { respond(Response{200}); });
    EXPECT_EQ(witness.use_count(), 2);
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(Answer, OneNeverGivenIs500) {
  const TestServer server([](const Request&, const Responder&) {});
  RawClient client(server.address());
  client.send(kGet);
  EXPECT_EQ(client.read_answer().status, 500);
}

TEST(Answer, AHandlerThatThrowsIs500) {
  const TestServer server([](const Request&, const Responder&) { throw std::runtime_error("a secret"); });
  RawClient client(server.address());
  client.send(kGet);
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
}

TEST(Answer, StillReachesAClientThatShutItsSide) {
  const TestServer server(echo);
  RawClient client(server.address());
  client.send(kGet);
  client.shut_sending();
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_EQ(client.read_all(), "");
}

}  // namespace
}  // namespace agora_exporter::http::test
