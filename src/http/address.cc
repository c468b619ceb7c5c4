#include "http/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace agora_exporter::http {
namespace {

constexpr int kBacklog = 512;
constexpr std::string_view kUnix = "unix:";

// A descriptor that is closed unless it is let go.
class Socket {
 public:
  explicit Socket(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

tl::unexpected<Error> refused(const std::string& address, int error) {
  std::string remedy;
  if (error == EADDRINUSE) remedy = "another program listens there";
  if (error == EACCES)
    remedy = "ports below 1024 need a privilege; a unix socket needs a folder that can be written";
  return failure(std::string("cannot listen: ") + std::strerror(error), address, std::move(remedy));
}

std::string bound_text(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (::getsockname(fd, address, &size) != 0) return {};
  return peer_text(address);
}

Result<Listening> bind_tcp(const std::string& text, const sockaddr* address, socklen_t size,
                           bool dual_stack) {
  Socket socket(address->sa_family);
  if (socket.get() < 0) return refused(text, errno);
  const int on = 1;
  const int only_v6 = dual_stack ? 0 : 1;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return refused(text, errno);
  if (address->sa_family == AF_INET6 &&
      ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6) != 0) {
    return refused(text, errno);
  }
  if (::bind(socket.get(), address, size) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    return refused(text, errno);
  }
  auto bound = bound_text(socket.get());
  return Listening{socket.release(), std::move(bound), {}};
}

Result<Listening> listen_on_all(const std::string& text, std::uint16_t port) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  auto listening = bind_tcp(text, reinterpret_cast<const sockaddr*>(&v6), sizeof v6, true);
  if (listening || Socket(AF_INET6).get() >= 0) return listening;
  sockaddr_in v4{};  // the machine has no IPv6
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  return bind_tcp(text, reinterpret_cast<const sockaddr*>(&v4), sizeof v4, false);
}

Result<Listening> listen_on_name(const std::string& text, const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return failure(std::string("no such address: ") + ::gai_strerror(error), text);
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  const addrinfo* best = found;
  for (const addrinfo* i = found; i != nullptr; i = i->ai_next) {
    if (i->ai_family == AF_INET && best->ai_family != AF_INET) best = i;
  }
  return bind_tcp(text, best->ai_addr, best->ai_addrlen, false);
}

// A socket file that a dead process left behind would block the address for ever; a living one answers.
void remove_stale_socket(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  const Socket probe(AF_UNIX);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno == ECONNREFUSED) {
    ::unlink(path.c_str());
  }
}

Result<Listening> listen_on_unix(const std::string& text) {
  const auto path = text.substr(kUnix.size());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return failure("the path of a unix socket has 1 to 107 bytes", text);
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  remove_stale_socket(path, address);
  Socket socket(AF_UNIX);
  if (socket.get() < 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return refused(text, errno);
  }
  return Listening{socket.release(), text, path};
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

Result<Listening> listen_on(const std::string& address) {
  if (address.compare(0, kUnix.size(), kUnix) == 0) return listen_on_unix(address);
  const auto colon = address.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : port_of(std::string_view(address).substr(colon + 1));
  auto host = address.substr(0, std::min(colon, address.size()));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (!port || (!bracketed && host.find_first_of(":[]") != std::string::npos)) {
    return failure("not a listen address", address,
                   R"(write "host:port", ":port", "[::1]:port" or "unix:/path")");
  }
  if (host.empty()) return listen_on_all(address, *port);
  if (bracketed) host = host.substr(1, host.size() - 2);
  return listen_on_name(address, host, address.substr(colon + 1));
}

std::string peer_text(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ':' + std::to_string(ntohs(v4.sin_port));
  }
  if (address->sa_family != AF_INET6) return "unix";
  sockaddr_in6 v6{};
  std::memcpy(&v6, address, sizeof v6);
  const auto port = std::to_string(ntohs(v6.sin6_port));
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
    return std::string(text.data()) + ':' + port;
  }
  ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  return '[' + std::string(text.data()) + "]:" + port;
}

}  // namespace agora_exporter::http
