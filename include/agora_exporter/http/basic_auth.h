// HTTP Basic authentication (RFC 7617), the server's side.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agora_exporter::http {

struct UserAndPassword {
  std::string user, password;
};

// The value of an Authorization header; nullopt if it is not well-formed Basic.
std::optional<UserAndPassword> read_basic_auth(std::string_view header);

}  // namespace agora_exporter::http
