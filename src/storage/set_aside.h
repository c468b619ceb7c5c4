// A file that cannot be read is kept under another name, for whoever wants to look.
#pragma once

#include <string>

#include "agora_exporter/base/result.h"
#include "agora_exporter/storage/disk.h"

namespace agora_exporter::storage {

inline constexpr std::string_view kDamagedSuffix = ".damaged";

// Renames `path` and its WAL to path.damaged, path.damaged-2, ... (the first that is free) and gives the new
// name.
Result<std::string> set_aside(Disk& disk, const std::string& path);

}  // namespace agora_exporter::storage
