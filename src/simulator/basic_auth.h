// HTTP Basic authentication (RFC 7617), the server's side.
#pragma once

#include <optional>
#include <string_view>

#include "agora_exporter/agora/transport.h"

namespace agora_exporter::simulator {

// The value of an Authorization header; nullopt if it is not well-formed Basic.
std::optional<agora::Credentials> read_basic_auth(std::string_view header);

}  // namespace agora_exporter::simulator
