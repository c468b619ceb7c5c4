// Listen addresses: "host:port", ":port" (all addresses, IPv4 and IPv6), "[::1]:port", "unix:/path".
#pragma once

#include <sys/socket.h>

#include <string>

#include "agora_exporter/base/result.h"

namespace agora_exporter::http {

// A bound, listening, non-blocking socket.
struct Listening {
  int fd = -1;
  std::string address;    // as bound: port 0 replaced
  std::string unix_path;  // to be unlinked at the end; empty for TCP
};

// A name is resolved as Go's net.Listen does: IPv4 first, one address. A unix socket that nobody listens on
// any more is replaced.
Result<Listening> listen_on(const std::string& address);

// "127.0.0.1:40312", "[::1]:40312"; "unix" for a unix socket. An IPv4 peer of an IPv6 socket is written as
// IPv4.
std::string peer_text(const sockaddr* address);

}  // namespace agora_exporter::http
