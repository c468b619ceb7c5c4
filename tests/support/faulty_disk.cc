#include "support/faulty_disk.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace agora_exporter::storage {
namespace {

constexpr std::uint64_t kSector = 512;

}  // namespace

class FaultyFile final : public VfsFile {
 public:
  // SQLite syncs the folder with a journal or WAL that it has made, when it first syncs that.
  FaultyFile(FaultyDisk& disk, std::shared_ptr<FaultyDisk::Inode> inode, bool writable, bool sync_folder)
      : disk_(disk), inode_(std::move(inode)), writable_(writable), sync_folder_(sync_folder) {}

  int read(char* to, std::size_t count, std::uint64_t offset) override {
    if (disk_.crashed_) return SQLITE_IOERR;
    const std::string& bytes = inode_->now;
    const std::size_t there =
        offset < bytes.size() ? std::min<std::uint64_t>(count, bytes.size() - offset) : 0;
    if (there > 0) std::memcpy(to, bytes.data() + offset, there);
    if (there == count) return SQLITE_OK;
    std::memset(to + there, 0, count - there);
    return SQLITE_IOERR_SHORT_READ;
  }
  int write(const char* from, std::size_t count, std::uint64_t offset) override {
    return writable_ ? disk_.write(*inode_, from, count, offset) : SQLITE_READONLY;
  }
  int truncate(std::uint64_t size) override {
    return writable_ ? disk_.truncate(*inode_, size) : SQLITE_READONLY;
  }
  int sync() override {
    const int code = disk_.sync(*inode_, sync_folder_);
    if (code == SQLITE_OK) sync_folder_ = false;
    return code;
  }
  std::uint64_t size() const override { return inode_->now.size(); }

 private:
  FaultyDisk& disk_;
  std::shared_ptr<FaultyDisk::Inode> inode_;
  bool writable_;
  bool sync_folder_;
};

bool FaultyDisk::operation_fails() {
  if (crashed_) return true;
  ++operations_;
  crashed_ = operations_ >= crash_at_;
  return crashed_;
}

int FaultyDisk::write(Inode& inode, const char* from, std::size_t count, std::uint64_t offset) {
  if (crashed_) return SQLITE_IOERR;
  if (read_only_) return SQLITE_IOERR_WRITE;
  const std::uint64_t end = offset + count;
  const std::uint64_t growth = end > inode.now.size() ? end - inode.now.size() : 0;
  if (growth > room_) return SQLITE_FULL;
  const bool fails = operation_fails();
  if (room_ != UINT64_MAX) room_ -= growth;
  if (growth > 0) inode.now.resize(end);
  std::memcpy(inode.now.data() + offset, from, count);
  for (std::uint64_t sector = offset / kSector; sector * kSector < end; ++sector)
    inode.unsynced.insert(sector);
  return fails ? SQLITE_IOERR : SQLITE_OK;
}

int FaultyDisk::truncate(Inode& inode, std::uint64_t size) {
  if (crashed_) return SQLITE_IOERR;
  if (read_only_) return SQLITE_IOERR_TRUNCATE;
  const bool fails = operation_fails();
  if (room_ != UINT64_MAX && size < inode.now.size()) room_ += inode.now.size() - size;
  inode.now.resize(size);
  inode.truncated = true;
  return fails ? SQLITE_IOERR : SQLITE_OK;
}

int FaultyDisk::sync(Inode& inode, bool with_folder) {
  if (operation_fails()) return SQLITE_IOERR;
  inode.synced.resize(inode.now.size());
  for (const std::uint64_t sector : inode.unsynced) {
    const std::uint64_t begin = sector * kSector;
    if (begin >= inode.now.size()) continue;
    const std::uint64_t count = std::min<std::uint64_t>(kSector, inode.now.size() - begin);
    std::memcpy(inode.synced.data() + begin, inode.now.data() + begin, count);
  }
  inode.unsynced.clear();
  inode.truncated = false;
  if (with_folder) synced_ = now_;
  return SQLITE_OK;
}

int FaultyDisk::open(const std::string& path, int& flags, std::unique_ptr<VfsFile>& file) {
  if (crashed_) return SQLITE_IOERR;
  auto found = now_.find(path);
  bool made = false;
  if (found == now_.end()) {
    if ((flags & SQLITE_OPEN_CREATE) == 0 || read_only_) return SQLITE_CANTOPEN;
    if (operation_fails()) return SQLITE_IOERR;
    found = now_.emplace(path, std::make_shared<Inode>()).first;
    made = true;
  }
  if (read_only_ && (flags & SQLITE_OPEN_READWRITE) != 0) {
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  }
  const bool journal = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  file = std::make_unique<FaultyFile>(*this, found->second, (flags & SQLITE_OPEN_READWRITE) != 0,
                                      made && journal);
  return SQLITE_OK;
}

int FaultyDisk::remove_file(const std::string& path, bool sync_folder) {
  if (crashed_) return SQLITE_IOERR;
  if (now_.count(path) == 0) return SQLITE_IOERR_DELETE_NOENT;
  if (read_only_) return SQLITE_IOERR_DELETE;
  const bool fails = operation_fails();
  if (room_ != UINT64_MAX) room_ += now_[path]->now.size();
  now_.erase(path);
  if (!fails && sync_folder) synced_ = now_;
  return fails ? SQLITE_IOERR : SQLITE_OK;
}

bool FaultyDisk::exists(const std::string& path) const { return now_.count(path) > 0; }

Result<void> FaultyDisk::make_folder(const std::string& path) {
  if (crashed_) return failure("the disk is gone", path);
  return {};
}

Result<std::vector<std::string>> FaultyDisk::list(const std::string& folder) {
  if (crashed_) return failure("the disk is gone", folder);
  std::vector<std::string> names;
  for (const auto& [path, inode] : now_) {
    if (path.starts_with(folder + "/")) names.push_back(path.substr(folder.size() + 1));
  }
  return names;
}

Result<std::uint64_t> FaultyDisk::size(const std::string& path) {
  if (crashed_) return failure("the disk is gone", path);
  const auto found = now_.find(path);
  if (found == now_.end()) return failure("no such file", path);
  return found->second->now.size();
}

// As the real disk does it: the change, then a sync of the folder, and the power may go between the two.
Result<void> FaultyDisk::rename(const std::string& from, const std::string& to) {
  if (crashed_) return failure("the disk is gone", from);
  const auto found = now_.find(from);
  if (found == now_.end()) return failure("no such file", from);
  if (read_only_) return failure("the disk is read-only", from);
  const bool fails = operation_fails();
  now_[to] = found->second;
  now_.erase(from);
  if (fails || operation_fails()) return failure("the disk is gone", from);
  synced_ = now_;
  return {};
}

Result<void> FaultyDisk::remove(const std::string& path) {
  if (crashed_) return failure("the disk is gone", path);
  if (now_.count(path) == 0) return {};
  if (read_only_) return failure("the disk is read-only", path);
  if (remove_file(path, false) != SQLITE_OK || operation_fails()) return failure("the disk is gone", path);
  synced_ = now_;
  return {};
}

Result<void> FaultyDisk::lock(const std::string& folder) {
  if (crashed_) return failure("the disk is gone", folder);
  return {};
}

std::unique_ptr<FaultyDisk> FaultyDisk::after_crash(std::uint32_t seed) const {
  std::mt19937 random(seed);
  const auto kept = [&] { return seed != 0 && (random() & 1) != 0; };
  auto disk = std::make_unique<FaultyDisk>();
  Folder folder = synced_;
  // Each name by itself: a rename may be half there only in that the old name is still a name of the file.
  std::set<std::string> names;
  for (const Folder* f : {&now_, &synced_}) {
    for (const auto& [path, inode] : *f) names.insert(path);
  }
  for (const std::string& path : names) {
    const auto changed = now_.find(path);
    if (!kept()) continue;
    if (changed == now_.end()) {
      folder.erase(path);
    } else {
      folder[path] = changed->second;
    }
  }
  // An unsynced rename never loses the file under both names.
  for (const auto& [path, inode] : synced_) {
    const bool there = std::any_of(folder.begin(), folder.end(),
                                   [&, wanted = inode](const auto& entry) { return entry.second == wanted; });
    const bool removed = std::none_of(
        now_.begin(), now_.end(), [&, wanted = inode](const auto& entry) { return entry.second == wanted; });
    if (!there && !removed && folder.count(path) == 0) folder[path] = inode;
  }
  for (const auto& [path, inode] : folder) {
    std::string bytes = inode->synced;
    if (inode->truncated && kept()) bytes.resize(std::min(bytes.size(), inode->now.size()));
    for (const std::uint64_t sector : inode->unsynced) {
      const std::uint64_t begin = sector * kSector;
      if (!kept() || begin >= inode->now.size()) continue;
      const std::uint64_t count = std::min<std::uint64_t>(kSector, inode->now.size() - begin);
      if (bytes.size() < begin + count) bytes.resize(begin + count);
      std::memcpy(bytes.data() + begin, inode->now.data() + begin, count);
    }
    disk->set_content(path, std::move(bytes));
  }
  return disk;
}

std::vector<std::string> FaultyDisk::paths() const {
  std::vector<std::string> all;
  for (const auto& [path, inode] : now_) all.push_back(path);
  return all;
}

std::string FaultyDisk::content(const std::string& path) const {
  const auto found = now_.find(path);
  return found == now_.end() ? "" : found->second->now;
}

void FaultyDisk::set_content(const std::string& path, std::string content) {
  auto inode = std::make_shared<Inode>();
  inode->now = content;
  inode->synced = std::move(content);
  now_[path] = inode;
  synced_[path] = inode;
}

}  // namespace agora_exporter::storage
