// CRC-32C (Castagnoli), as in RFC 3720, appendix B.4.
#pragma once

#include <cstdint>
#include <string_view>

namespace agora_exporter::storage {

// `seed` is the CRC of what came before.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace agora_exporter::storage
