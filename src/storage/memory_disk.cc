#include <algorithm>
#include <cstring>
#include <map>

#include "agora_exporter/storage/disk.h"
#include "storage/vfs.h"

namespace agora_exporter::storage {
namespace {

using Content = std::shared_ptr<std::string>;

class MemoryFile final : public VfsFile {
 public:
  explicit MemoryFile(Content content) : content_(std::move(content)) {}

  int read(char* to, std::size_t count, std::uint64_t offset) override {
    const std::size_t there = offset < content_->size() ? std::min(count, content_->size() - offset) : 0;
    if (there > 0) std::memcpy(to, content_->data() + offset, there);
    if (there == count) return SQLITE_OK;
    std::memset(to + there, 0, count - there);
    return SQLITE_IOERR_SHORT_READ;
  }
  int write(const char* from, std::size_t count, std::uint64_t offset) override {
    if (content_->size() < offset + count) content_->resize(offset + count);
    std::memcpy(content_->data() + offset, from, count);
    return SQLITE_OK;
  }
  int truncate(std::uint64_t size) override {
    content_->resize(size);
    return SQLITE_OK;
  }
  int sync() override { return SQLITE_OK; }
  std::uint64_t size() const override { return content_->size(); }

 private:
  Content content_;
};

class MemoryDisk final : public Disk, private VfsFiles {
 public:
  const char* vfs() const override { return vfs_.name(); }
  Result<void> make_folder(const std::string&) override { return {}; }

  Result<std::vector<std::string>> list(const std::string& folder) override {
    const std::string prefix = folder + "/";
    std::vector<std::string> names;
    for (auto it = files_.lower_bound(prefix); it != files_.end() && it->first.starts_with(prefix); ++it) {
      const std::string name = it->first.substr(prefix.size());
      if (name.find('/') == std::string::npos) names.push_back(name);
    }
    return names;
  }
  Result<std::uint64_t> size(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return failure("no such file", path);
    return found->second->size();
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    const auto found = files_.find(from);
    if (found == files_.end()) return failure("no such file", from);
    files_[to] = found->second;
    files_.erase(from);
    return {};
  }
  Result<void> remove(const std::string& path) override {
    files_.erase(path);
    return {};
  }
  Result<void> lock(const std::string&) override { return {}; }

 private:
  int open(const std::string& path, int& flags, std::unique_ptr<VfsFile>& file) override {
    Content content;
    const auto found = files_.find(path);
    if (found != files_.end()) {
      content = found->second;
    } else {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      content = std::make_shared<std::string>();
      if (!path.empty()) files_[path] = content;  // a file without a name is a temporary one
    }
    file = std::make_unique<MemoryFile>(std::move(content));
    return SQLITE_OK;
  }
  int remove_file(const std::string& path, bool) override {
    return files_.erase(path) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
  }
  bool exists(const std::string& path) const override { return files_.count(path) > 0; }

  std::map<std::string, Content> files_;
  RegisteredVfs vfs_{*this};
};

}  // namespace

std::unique_ptr<Disk> make_memory_disk() { return std::make_unique<MemoryDisk>(); }

}  // namespace agora_exporter::storage
