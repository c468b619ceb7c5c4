// A disk in memory. Files may begin as those of a real disk.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agora_exporter/storage/disk.h"
#include "storage/descriptor.h"
#include "storage/vfs.h"

namespace agora_exporter::storage {

// Bytes in memory; or of an open file, read where they are needed, until they are written to: the file stays
// as it is.
class Content {
 public:
  Content() = default;
  explicit Content(std::string bytes) : bytes_(std::move(bytes)) {}
  Content(Descriptor file, std::uint64_t size)
      : file_(std::make_unique<Descriptor>(std::move(file))), size_(size) {}

  std::uint64_t size() const { return file_ ? size_ : bytes_.size(); }
  // How many there were; nothing where the file cannot be read.
  bool read(char* to, std::size_t count, std::uint64_t offset, std::size_t& there) const;
  // To be changed; nullptr where the file cannot be read.
  std::string* bytes();

 private:
  std::unique_ptr<Descriptor> file_;  // null: in memory
  std::uint64_t size_ = 0;            // of the file when it was opened
  std::string bytes_;
};

class MemoryDisk final : public Disk, private VfsFiles {
 public:
  void put(const std::string& path, Content content) {
    files_[path] = std::make_shared<Content>(std::move(content));
  }

  const char* vfs() const override { return vfs_.name(); }
  Result<void> make_folder(const std::string&) override { return {}; }
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Result<std::uint64_t> size(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> lock(const std::string&) override { return {}; }

 private:
  int open(const std::string& path, int& flags, std::unique_ptr<VfsFile>& file) override;
  int remove_file(const std::string& path, bool) override;
  bool exists(const std::string& path) const override { return files_.count(path) > 0; }

  std::map<std::string, std::shared_ptr<Content>> files_;
  RegisteredVfs vfs_{*this};
};

}  // namespace agora_exporter::storage
