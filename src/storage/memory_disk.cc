#include "storage/memory_disk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace agora_exporter::storage {
namespace {

class MemoryFile final : public VfsFile {
 public:
  explicit MemoryFile(std::shared_ptr<Content> content) : content_(std::move(content)) {}

  int read(char* to, std::size_t count, std::uint64_t offset) override {
    std::size_t there = 0;
    if (!content_->read(to, count, offset, there)) return SQLITE_IOERR_READ;
    if (there == count) return SQLITE_OK;
    std::memset(to + there, 0, count - there);
    return SQLITE_IOERR_SHORT_READ;
  }
  int write(const char* from, std::size_t count, std::uint64_t offset) override {
    std::string* const bytes = content_->bytes();
    if (!bytes) return SQLITE_IOERR_WRITE;
    if (bytes->size() < offset + count) bytes->resize(offset + count);
    std::memcpy(bytes->data() + offset, from, count);
    return SQLITE_OK;
  }
  int truncate(std::uint64_t size) override {
    std::string* const bytes = content_->bytes();
    if (!bytes) return SQLITE_IOERR_TRUNCATE;
    bytes->resize(size);
    return SQLITE_OK;
  }
  int sync() override { return SQLITE_OK; }
  std::uint64_t size() const override { return content_->size(); }

 private:
  std::shared_ptr<Content> content_;
};

}  // namespace

bool Content::read(char* to, std::size_t count, std::uint64_t offset, std::size_t& there) const {
  there = offset < size() ? std::min<std::size_t>(count, size() - offset) : 0;
  if (!file_) {
    if (there > 0) std::memcpy(to, bytes_.data() + offset, there);
    return true;
  }
  for (std::size_t done = 0; done < there;) {
    const ssize_t got = ::pread(file_->get(), to + done, there - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) there = done;  // cut off since it was opened
    done += static_cast<std::size_t>(got);
  }
  return true;
}

std::string* Content::bytes() {
  if (!file_) return &bytes_;
  std::string all(size_, '\0');
  std::size_t there = 0;
  if (!read(all.data(), all.size(), 0, there)) return nullptr;
  all.resize(there);
  bytes_ = std::move(all);
  file_.reset();
  return &bytes_;
}

Result<std::vector<std::string>> MemoryDisk::list(const std::string& folder) {
  const std::string prefix = folder + "/";
  std::vector<std::string> names;
  for (auto it = files_.lower_bound(prefix); it != files_.end() && it->first.starts_with(prefix); ++it) {
    const std::string name = it->first.substr(prefix.size());
    if (name.find('/') == std::string::npos) names.push_back(name);
  }
  return names;
}

Result<std::uint64_t> MemoryDisk::size(const std::string& path) {
  const auto found = files_.find(path);
  if (found == files_.end()) return failure("no such file", path);
  return found->second->size();
}

Result<void> MemoryDisk::rename(const std::string& from, const std::string& to) {
  const auto found = files_.find(from);
  if (found == files_.end()) return failure("no such file", from);
  files_[to] = found->second;
  files_.erase(from);
  return {};
}

Result<void> MemoryDisk::remove(const std::string& path) {
  files_.erase(path);
  return {};
}

int MemoryDisk::open(const std::string& path, int& flags, std::unique_ptr<VfsFile>& file) {
  std::shared_ptr<Content> content;
  const auto found = files_.find(path);
  if (found != files_.end()) {
    content = found->second;
  } else {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    content = std::make_shared<Content>();
    if (!path.empty()) files_[path] = content;  // a file without a name is a temporary one
  }
  file = std::make_unique<MemoryFile>(std::move(content));
  return SQLITE_OK;
}

int MemoryDisk::remove_file(const std::string& path, bool) {
  return files_.erase(path) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

std::unique_ptr<Disk> make_memory_disk() { return std::make_unique<MemoryDisk>(); }

}  // namespace agora_exporter::storage
