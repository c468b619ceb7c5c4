// zstd, one frame.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agora_exporter/base/result.h"

namespace agora_exporter::storage {

// Appends to `out`.
void compress_onto(std::string& out, std::string_view bytes);
// Fails where it is no whole frame, or would exceed `most` bytes. Memory grows with what is really there, not
// with what the frame's header claims.
Result<std::string> decompress(std::string_view bytes, std::size_t most);

}  // namespace agora_exporter::storage
