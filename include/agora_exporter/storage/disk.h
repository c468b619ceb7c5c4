// The disk seam: an SQLite VFS by name, and the few things done to whole files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/base/result.h"

namespace agora_exporter::storage {

// Not thread-safe; the collector's.
class Disk {
 public:
  virtual ~Disk() = default;
  // Name of the SQLite VFS that opens database files.
  virtual const char* vfs() const = 0;
  virtual Result<void> make_folder(const std::string& path) = 0;
  // Names of the files in a folder, sorted.
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  virtual Result<std::uint64_t> size(const std::string& path) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& path) = 0;  // durable; no error if absent
  // Takes the folder for this process until the Disk dies; fails with a clear message if another has it.
  // Ledger and Journal do this at open; it may be called again.
  virtual Result<void> lock(const std::string& folder) = 0;
};

std::unique_ptr<Disk> make_real_disk();
// Everything in memory, gone with the object: simulated days and tests that do not crash.
std::unique_ptr<Disk> make_memory_disk();
// A state folder as it is now, to be read while its exporter runs: what is written to it goes to memory, and
// the folder itself is neither locked nor changed. Older journal files are read where they are, so they take
// no memory.
Result<std::unique_ptr<Disk>> make_snapshot(const std::string& folder);

}  // namespace agora_exporter::storage
