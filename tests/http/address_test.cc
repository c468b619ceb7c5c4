#include "http/address.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "http/test_server.h"
#include "support/raw_client.h"

namespace agora_exporter::http::test {
namespace {

int status_at(const std::string& address) {
  RawClient client(address);
  if (!client.connected()) return -1;
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  return client.read_answer().status;
}

ServerOptions on(std::vector<std::string> listen) {
  ServerOptions options;
  options.listen = std::move(listen);
  return options;
}

std::string port_of(const std::string& address) { return address.substr(address.rfind(':')); }

std::filesystem::path fresh_folder() {
  auto path = std::filesystem::temp_directory_path() / ("http_test." + std::to_string(::getpid()));
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

TEST(Address, AllAddressesOfBothFamilies) {
  std::string peer;
  const TestServer server(
      [&](const Request& request, const Responder& respond) {
        peer = request.peer;
        respond(Response{200});
      },
      on({":0"}));
  const auto port = port_of(server.address());
  EXPECT_EQ(status_at("127.0.0.1" + port), 200);
  EXPECT_EQ(peer.substr(0, 10), "127.0.0.1:");  // not ::ffff:127.0.0.1
  EXPECT_EQ(status_at("[::1]" + port), 200);
  EXPECT_EQ(peer.substr(0, 6), "[::1]:");
}

TEST(Address, OnlyTheOneGiven) {
  const TestServer v6(echo, on({"[::1]:0"}));
  EXPECT_EQ(v6.address().substr(0, 6), "[::1]:");
  EXPECT_EQ(status_at(v6.address()), 200);
  EXPECT_EQ(status_at("127.0.0.1" + port_of(v6.address())), -1);
}

TEST(Address, OfANameIsWhatTheSystemSays) {
  addrinfo* found = nullptr;
  if (getaddrinfo("localhost", nullptr, nullptr, &found) != 0)
    GTEST_SKIP() << "this system knows no localhost";
  freeaddrinfo(found);
  const TestServer name(echo, on({"localhost:0"}));
  EXPECT_EQ(name.address().substr(0, 10), "127.0.0.1:");
  EXPECT_EQ(status_at(name.address()), 200);
}

TEST(Address, SeveralAtOnce) {
  const auto folder = fresh_folder();
  const TestServer server(echo, on({"127.0.0.1:0", "[::1]:0", "unix:" + (folder / "s").string()}));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(status_at(server.address(i)), 200) << server.address(i);
  std::filesystem::remove_all(folder);
}

TEST(Address, UnixSocketGoesWithItsServer) {
  const auto folder = fresh_folder();
  const auto path = folder / "socket";
  {
    const TestServer server(echo, on({"unix:" + path.string()}));
    EXPECT_EQ(status_at(server.address()), 200);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  std::filesystem::remove_all(folder);
}

TEST(Address, AUnixSocketLeftBehindIsReplacedALivingOneIsNot) {
  const auto folder = fresh_folder();
  const auto path = (folder / "socket").string();
  {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(fd);  // the file stays, as after a crash
  }
  const TestServer server(echo, on({"unix:" + path}));
  EXPECT_EQ(status_at(server.address()), 200);
  const auto second = Server::start(on({"unix:" + path}), echo, null_log());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text().find("Address already in use"), std::string::npos) << second.error().text();
  EXPECT_EQ(status_at(server.address()), 200);
  std::filesystem::remove_all(folder);
}

TEST(Address, AFileInTheWayIsNotRemoved) {
  const auto folder = fresh_folder();
  const auto path = (folder / "file").string();
  ASSERT_EQ(::symlink("nowhere", path.c_str()), 0);
  EXPECT_FALSE(Server::start(on({"unix:" + path}), echo, null_log()));
  EXPECT_TRUE(std::filesystem::is_symlink(path));
  std::filesystem::remove_all(folder);
}

TEST(Address, APortInUseIsSaid) {
  const TestServer server(echo);
  const auto second = Server::start(on({server.address()}), echo, null_log());
  ASSERT_FALSE(second);
  EXPECT_EQ(
      second.error().text(),
      server.address() + ": cannot listen: Address already in use (another program " + "listens there)");
}

TEST(Address, MalformedOnesAreRefused) {
  const std::vector<std::string> malformed{"",
                                           "127.0.0.1",
                                           ":",
                                           "127.0.0.1:",
                                           "127.0.0.1:http",
                                           "127.0.0.1:65536",
                                           "127.0.0.1:-1",
                                           "::1:80",
                                           "[::1]",
                                           "[]:80",
                                           "[::1:80",
                                           "unix:",
                                           "unix:" + std::string(200, 'x'),
                                           "256.0.0.1:0",
                                           "127.0.0.1:80 "};
  for (const auto& address : malformed) {
    const auto listening = listen_on(address);
    EXPECT_FALSE(listening) << address;
  }
  EXPECT_FALSE(Server::start(on({}), echo, null_log()));
}

}  // namespace
}  // namespace agora_exporter::http::test
