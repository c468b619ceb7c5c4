// What is taken for a request and what is not: by table, over a real socket.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/test_server.h"
#include "support/raw_client.h"

namespace agora_exporter::http::test {
namespace {

using namespace std::string_literals;

struct Case {
  const char* name;
  std::string bytes;
  int status;
};

// Each is answered with its status, and the connection is closed after anything but 200.
const std::vector<Case>& cases() {
  static const std::vector<Case> kCases{
      {"plain", "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", 200},
      {"no Host under 1.0", "GET /a HTTP/1.0\r\n\r\n", 200},
      {"empty Host", "GET /a HTTP/1.1\r\nHost:\r\n\r\n", 200},
      {"Host with port", "GET /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200},
      {"opaque bytes in a value", "GET /a HTTP/1.1\r\nHost: x\r\nX: \xe4\xff\r\n\r\n", 200},
      {"empty line first", "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", 200},
      {"absolute form, same host", "GET http://x:1/a HTTP/1.1\r\nHost: X:1\r\n\r\n", 200},
      {"absolute form without a path", "GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", 200},
      {"lower case field names", "GET /a HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n", 200},
      {"body", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 200},

      {"missing Host", "GET /a HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET /a HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400},
      {"Host list", "GET /a HTTP/1.1\r\nHost: x, y\r\n\r\n", 400},
      {"Host with user", "GET /a HTTP/1.1\r\nHost: u@x\r\n\r\n", 400},
      {"space before colon", "GET /a HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"tab before colon", "GET /a HTTP/1.1\r\nHost: x\r\nX\t: y\r\n\r\n", 400},
      {"no colon", "GET /a HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 400},
      {"empty name", "GET /a HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n", 400},
      {"two Content-Lengths",
       "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {"the same Content-Length twice",
       "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
      {"Content-Length list", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\na", 400},
      {"signed Content-Length", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na", 400},
      {"negative Content-Length", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\na", 400},
      {"empty Content-Length", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400},
      {"hexadecimal Content-Length", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\na", 400},
      {"xchunked", "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked and more", "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400},
      {"two Transfer-Encodings",
       "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"both lengths",
       "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
       400},
      {"chunked under 1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"folded line", "GET /a HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", 400},
      {"folded with a tab", "GET /a HTTP/1.1\r\nHost: x\r\n\tb: c\r\n\r\n", 400},
      {"NUL in a value", "GET /a HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"s, 400},
      {"escape in a value", "GET /a HTTP/1.1\r\nHost: x\r\nX: \x1b[1m\r\n\r\n", 400},
      {"bare CR in a value", "GET /a HTTP/1.1\r\nHost: x\r\nX: a\rY: b\r\n\r\n", 400},
      {"bare LF", "GET /a HTTP/1.1\nHost: x\n\n", 400},
      {"bare LF further on", "GET /a HTTP/1.1\r\nHost: x\nX: y\r\n\r\n", 400},
      {"LF first", "\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"NUL in the target", "GET /\0a HTTP/1.1\r\nHost: x\r\n\r\n"s, 400},
      {"escaped NUL", "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"escaped line break", "GET /%0d%0aX HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"broken escape", "GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"two spaces", "GET  /a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"relative target", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"asterisk for GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"absolute form, another host", "GET http://y/a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"absolute form, no host", "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"absolute form, another scheme", "GET ftp://x/a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"no version", "GET /a\r\nHost: x\r\n\r\n", 400},
      {"lower case version", "GET /a http/1.1\r\nHost: x\r\n\r\n", 400},
      {"long version", "GET /a HTTP/1.10\r\nHost: x\r\n\r\n", 400},
      {"method with a mark", "G(T /a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s, 400},

      {"other method", "DELETE /a HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"tunnel", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"methods are case-sensitive", "get /a HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"chunked alone", "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
      {"expectation", "POST /a HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 1\r\n\r\na", 417},
      {"body over the limit", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n", 413},
      {"length beyond numbers",
       "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413},
      {"head over the limit", "GET /a HTTP/1.1\r\nHost: x\r\nX: " + std::string(17 * 1024, 'y') + "\r\n\r\n",
       431},
      {"head that never ends", "GET /a HTTP/1.1\r\nHost: x\r\nX: " + std::string(17 * 1024, 'y'), 431},
      {"target over the limit", "GET /" + std::string(17 * 1024, 'y'), 431},
      {"too many lines",
       [] {
         std::string text = "GET /a HTTP/1.1\r\nHost: x\r\n";
         for (int i = 0; i < 101; ++i) text += "X: y\r\n";
         return text + "\r\n";
       }(),
       431},
  };
  return kCases;
}

TEST(RequestHead, IsTakenOrRefused) {
  const TestServer server(echo);
  for (const auto& test : cases()) {
    SCOPED_TRACE(test.name);
    RawClient client(server.address());
    ASSERT_TRUE(client.connected());
    client.send(test.bytes);
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, test.status) << answer.body;
    if (test.status == 200) continue;
    EXPECT_EQ(answer.headers.count("connection"), 1u);
    EXPECT_EQ(client.read_all(), "");
    EXPECT_FALSE(client.was_reset());
  }
}

// A reader must not depend on how the bytes were cut.
TEST(RequestHead, IsTakenByteByByte) {
  const TestServer server(echo);
  RawClient client(server.address());
  for (const char c : std::string("POST /a%20b?q=%20 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")) {
    ASSERT_TRUE(client.send(std::string_view(&c, 1)));
  }
  EXPECT_EQ(client.read_answer().body, "POST /a b ?q=%20 hi");
}

TEST(RequestHead, RefusalNamesTheMethodsThatAreTaken) {
  auto options = on_free_port();
  options.methods = {"GET", "HEAD"};
  const TestServer server(echo, options);
  RawClient client(server.address());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na");
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.at("allow"), "GET, HEAD");
}

TEST(RequestHead, HeadersAreFoundWhateverTheirCase) {
  Request request;
  request.headers = {{"Accept-Encoding", "gzip"}, {"X", "1"}, {"x", "2"}};
  ASSERT_NE(request.header("accept-encoding"), nullptr);
  EXPECT_EQ(*request.header("ACCEPT-ENCODING"), "gzip");
  EXPECT_EQ(*request.header("x"), "1");
  EXPECT_EQ(request.header("y"), nullptr);
}

TEST(Query, IsDecoded) {
  const auto pairs = parse_query("a=1&b=x%20y+z&&c&d=%3D%26&=e");
  ASSERT_TRUE(pairs);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"a", "1"}, {"b", "x y z"}, {"c", ""}, {"d", "=&"}, {"", "e"}};
  EXPECT_EQ(*pairs, expected);
  EXPECT_TRUE(parse_query("")->empty());
  for (const char* broken : {"a=%", "a=%2", "a=%2g", "%zz=1", "a=%-1"})
    EXPECT_FALSE(parse_query(broken)) << broken;
}

}  // namespace
}  // namespace agora_exporter::http::test
