// Percent-encoding (RFC 3986, section 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agora_exporter::http {

enum class Plus { as_is, as_space };

// nullopt if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> unescape(std::string_view text, Plus plus);

}  // namespace agora_exporter::http
