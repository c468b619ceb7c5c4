// Every way the API says no, mapped in one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "agora_exporter/agora/api.h"

namespace agora_exporter::agora {

// 200 by the specification; the vendor's current reference shows 0 as well.
constexpr bool is_success_code(std::int64_t code) { return code == 200 || code == 0; }

// `code` and `message` are the body's, if there was one that could be read. Which HTTP status goes with which
// code is not specified: the code decides where it says anything, else the status.
ApiError api_error(int http_status, std::optional<std::int64_t> code, std::string_view message);

}  // namespace agora_exporter::agora
