#include "support/raw_client.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

namespace agora_exporter::http::test {
namespace {

constexpr std::chrono::milliseconds kPatience{20'000};

int connect_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

int connect_tcp(const std::string& address, int receive_buffer) {
  const auto colon = address.rfind(':');
  auto host = address.substr(0, colon);
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found) != 0) return -1;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  if (::connect(fd, found->ai_addr, found->ai_addrlen) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

RawClient::RawClient(const std::string& address, int receive_buffer)
    : fd_(address.compare(0, 5, "unix:") == 0 ? connect_unix(address.substr(5))
                                              : connect_tcp(address, receive_buffer)),
      connected_(fd_ >= 0) {
  if (connected_) be_patient_for(kPatience);
}

void RawClient::be_patient_for(std::chrono::milliseconds time) {
  const timeval wait{static_cast<time_t>(time.count() / 1000),
                     static_cast<suseconds_t>(time.count() % 1000 * 1000)};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
}

RawClient::~RawClient() {
  if (fd_ >= 0) ::close(fd_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::shut_sending() { ::shutdown(fd_, SHUT_WR); }

std::string RawClient::read_some(std::size_t most) {
  std::string bytes(most, '\0');
  const auto size = ::recv(fd_, bytes.data(), bytes.size(), 0);
  was_reset_ = size < 0 && errno == ECONNRESET;
  timed_out_ = size < 0 && errno == EAGAIN;
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return bytes;
}

std::string RawClient::read_all() {
  std::string all = std::move(rest_);
  rest_.clear();
  for (auto more = read_some(65536); !more.empty(); more = read_some(65536)) all += more;
  return all;
}

RawAnswer RawClient::read_answer(bool without_body) {
  for (;;) {
    const auto end = rest_.find("\r\n\r\n");
    if (end != std::string::npos) {
      auto answer = parse_answer(std::string_view(rest_).substr(0, end + 4));
      const auto length = answer.headers.find("content-length");
      std::size_t size = 0;
      if (!without_body && length != answer.headers.end())
        size = std::strtoull(length->second.c_str(), nullptr, 10);
      if (rest_.size() >= end + 4 + size) {
        answer.body = rest_.substr(end + 4, size);
        rest_.erase(0, end + 4 + size);
        return answer;
      }
    }
    const auto more = read_some(65536);
    if (more.empty()) return {};
    rest_ += more;
  }
}

bool RawClient::sees_close() {
  for (;;) {
    char byte = 0;
    const auto size = ::recv(fd_, &byte, 1, 0);
    if (size == 0 || (size < 0 && errno == ECONNRESET)) return true;
    if (size < 0) return false;
  }
}

RawAnswer parse_answer(std::string_view bytes) {
  RawAnswer answer;
  const auto end = bytes.find("\r\n\r\n");
  if (bytes.compare(0, 9, "HTTP/1.1 ") != 0 || end == std::string_view::npos) return answer;
  answer.status = std::atoi(std::string(bytes.substr(9, 3)).c_str());
  answer.body = bytes.substr(end + 4);
  auto rest = bytes.substr(0, end + 2);
  rest.remove_prefix(rest.find("\r\n") + 2);
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    std::string name(line.substr(0, line.find(':')));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    answer.headers[name] = line.substr(std::min(line.find(':') + 2, line.size()));
  }
  return answer;
}

}  // namespace agora_exporter::http::test
