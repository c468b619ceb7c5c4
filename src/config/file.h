#pragma once

#include <cstddef>
#include <string>

#include "agora_exporter/base/result.h"

namespace agora_exporter::config {

// The whole file; an Error if it cannot be read or is larger than `largest` bytes. `kind` begins the
// sentence: "the configuration".
Result<std::string> read_file(const std::string& path, std::size_t largest, const std::string& kind);

}  // namespace agora_exporter::config
