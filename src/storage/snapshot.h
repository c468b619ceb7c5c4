// The heart of make_snapshot().
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "storage/memory_disk.h"

namespace agora_exporter::storage {

// The first bytes of a file, all of them unless it is longer; nothing where it is gone.
using ReadFile =
    std::function<Result<std::optional<std::string>>(const std::string& path, std::size_t at_most)>;

// Copies a database that another process may be writing to, with its WAL. False where it was changed under
// the copy, which is then of no use.
Result<bool> copy_database(const ReadFile& read, const std::string& path, MemoryDisk& to);

}  // namespace agora_exporter::storage
