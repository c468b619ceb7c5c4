// The faults of a simulated server, as a client sees them.
#include <curl/curl.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "http/test_server.h"
#include "support/raw_client.h"

namespace agora_exporter::http::test {
namespace {

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

int status_of_get(const std::string& address) {
  RawClient client(address);
  client.send(kGet);
  return client.read_answer().status;
}

Handler with_fault(Fault fault) {
  return [fault](const Request&, const Responder& respond) {
    Response response;
    response.pieces = {"01234", "56789"};
    response.fault = fault;
    respond(std::move(response));
  };
}

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

CURLcode ask_with_curl(const std::string& address) {
  CURL* const curl = curl_easy_init();
  const auto url = "http://" + address + "/";
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 20'000L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &discard);
  const auto code = curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  return code;
}

TEST(Fault, ResetIsAReset) {
  const TestServer server(with_fault({Fault::Kind::reset, 0}));
  RawClient client(server.address());
  client.send(kGet);
  EXPECT_EQ(client.read_all(), "");
  EXPECT_TRUE(client.was_reset());
  EXPECT_EQ(ask_with_curl(server.address()), CURLE_RECV_ERROR);
}

TEST(Fault, CutBodyEndsEarly) {
  for (const std::size_t after : {0u, 3u, 5u, 7u}) {
    const TestServer server(with_fault({Fault::Kind::cut_body, after}));
    RawClient client(server.address());
    client.send(kGet);
    const auto answer = parse_answer(client.read_all());
    EXPECT_EQ(answer.headers.at("content-length"), "10");
    EXPECT_EQ(answer.body, std::string("0123456789").substr(0, after));
    EXPECT_FALSE(client.was_reset());
    EXPECT_EQ(ask_with_curl(server.address()), CURLE_PARTIAL_FILE);
  }
}

TEST(Fault, WrongContentLengthIsDeclared) {
  const TestServer too_large(with_fault({Fault::Kind::wrong_content_length, 0}));
  const TestServer too_small(with_fault({Fault::Kind::wrong_content_length, 4}));
  for (const auto& [server, length] : {std::pair(&too_large, "11"), std::pair(&too_small, "4")}) {
    RawClient client(server->address());
    client.send(kGet);
    const auto answer = parse_answer(client.read_all());
    EXPECT_EQ(answer.headers.at("content-length"), length);
    EXPECT_EQ(answer.body, "0123456789");
  }
  EXPECT_EQ(ask_with_curl(too_large.address()), CURLE_PARTIAL_FILE);
}

TEST(Fault, HangEndsOnlyWhenTheClientGoes) {
  auto options = on_free_port();
  options.max_connections = 1;
  options.idle_timeout = Seconds{1};
  options.write_timeout = Seconds{1};
  std::promise<void> handled;
  const TestServer server(
      [&](const Request& request, const Responder& respond) {
        if (request.path != "/hang") return echo(request, respond);
        Response response;
        response.fault.kind = Fault::Kind::hang;
        respond(std::move(response));
        handled.set_value();
      },
      options);
  auto hanging = std::make_unique<RawClient>(server.address());
  hanging->send("GET /hang HTTP/1.1\r\nHost: x\r\n\r\n");
  handled.get_future().wait();
  hanging->be_patient_for(std::chrono::milliseconds(1500));  // longer than any timeout of the server
  EXPECT_EQ(hanging->read_all(), "");
  EXPECT_TRUE(hanging->timed_out());
  // It holds the only place until it goes.
  EXPECT_EQ(status_of_get(server.address()), 503);
  hanging.reset();
  int status = 0;
  for (int i = 0; i < 1000 && status != 200; ++i) status = status_of_get(server.address());
  EXPECT_EQ(status, 200);
}

}  // namespace
}  // namespace agora_exporter::http::test
