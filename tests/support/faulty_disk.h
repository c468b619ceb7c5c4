// A disk in memory that fails as real ones do: what was not synced is lost (or partly kept) at a crash, the
// disk fills up, becomes read-only, flips bits. An SQLite VFS and a Disk at once, so that ledger and journal
// run on it unchanged.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agora_exporter/storage/disk.h"
#include "storage/vfs.h"

namespace agora_exporter::storage {

class FaultyDisk final : public Disk, private VfsFiles {
 public:
  FaultyDisk() = default;

  // Operations are what changes the disk: writes, truncations, syncs, removals, renames, new files. Counted
  // from 1.
  std::uint64_t operations() const { return operations_; }
  // Operation `op` fails, and everything after it, reading too. What it would have written may be there
  // afterwards (after_crash with a seed), as with a power cut in the middle.
  void crash_at(std::uint64_t op) { crash_at_ = op; }
  bool crashed() const { return crashed_; }
  // What a machine finds on the disk after the power went, now or at the crash. Seed 0: exactly what was
  // synced. Another seed: each 512-byte sector written since the last sync is there or is not, and so is each
  // unsynced change of a folder.
  std::unique_ptr<FaultyDisk> after_crash(std::uint32_t seed = 0) const;

  // Files may grow by `bytes` in all from now on.
  void fill_after(std::uint64_t bytes) { room_ = bytes; }
  void set_read_only(bool on) { read_only_ = on; }

  // For tests that damage files themselves. Durable at once.
  std::vector<std::string> paths() const;
  std::string content(const std::string& path) const;
  void set_content(const std::string& path, std::string content);

  // Disk
  const char* vfs() const override { return vfs_.name(); }
  Result<void> make_folder(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Result<std::uint64_t> size(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> lock(const std::string& folder) override;

 private:
  friend class FaultyFile;
  struct Inode {
    std::string now;                   // what the process sees
    std::string synced;                // what is on the platter
    std::set<std::uint64_t> unsynced;  // sectors written since
    bool truncated = false;            // since
  };
  using Folder = std::map<std::string, std::shared_ptr<Inode>>;

  int open(const std::string& path, int& flags, std::unique_ptr<VfsFile>& file) override;
  int remove_file(const std::string& path, bool sync_folder) override;
  bool exists(const std::string& path) const override;

  // Counts; true: the disk is gone.
  bool operation_fails();
  int write(Inode& inode, const char* from, std::size_t count, std::uint64_t offset);
  int truncate(Inode& inode, std::uint64_t size);
  int sync(Inode& inode, bool with_folder);

  Folder now_;  // one folder holds all paths
  Folder synced_;
  std::uint64_t operations_ = 0;
  std::uint64_t crash_at_ = UINT64_MAX;
  std::uint64_t room_ = UINT64_MAX;
  bool crashed_ = false;
  bool read_only_ = false;
  RegisteredVfs vfs_{*this};
};

}  // namespace agora_exporter::storage
