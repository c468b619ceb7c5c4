#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <map>
#include <system_error>
#include <utility>

#include "agora_exporter/storage/disk.h"
#include "storage/descriptor.h"

namespace agora_exporter::storage {
namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A rename or an unlink has reached the disk only when the folder has.
Result<void> sync_folder(const std::string& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return failure(system_error("the folder cannot be opened", folder, errno));
  if (::fsync(fd.get()) != 0) return failure(system_error("the folder cannot be synced", folder, errno));
  return {};
}

std::string holder_of(int fd) {
  std::array<char, 32> text{};
  const ssize_t count = ::pread(fd, text.data(), text.size() - 1, 0);
  std::string pid(text.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid.empty() ? "is used by another process" : "is used by another process (pid " + pid + ")";
}

class RealDisk final : public Disk {
 public:
  RealDisk() : vfs_name_(sqlite3_vfs_find(nullptr)->zName) {}
  const char* vfs() const override { return vfs_name_.c_str(); }

  Result<void> make_folder(const std::string& path) override {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      const std::string part = path.substr(0, end);
      if (!part.empty() && ::mkdir(part.c_str(), 0750) != 0 && errno != EEXIST) {
        struct stat status {};
        const int code = errno;
        if (::stat(part.c_str(), &status) != 0) return failure(system_error("cannot be made", part, code));
      }
      if (end == std::string::npos) break;
    }
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return failure(system_error("cannot be used", path, errno));
    if (!S_ISDIR(status.st_mode)) return failure("is not a folder", path);
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& folder) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
    if (!dir) return failure(system_error("the folder cannot be read", folder, errno));
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(dir.get())) {
      const std::string name = static_cast<const char*>(entry->d_name);
      if (name != "." && name != "..") names.push_back(name);
    }
    if (errno != 0) return failure(system_error("the folder cannot be read", folder, errno));
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::uint64_t> size(const std::string& path) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return failure(system_error("no size", path, errno));
    return static_cast<std::uint64_t>(status.st_size);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) != 0) {
      return failure(system_error("cannot be renamed to " + to, from, errno));
    }
    return sync_folder(parent_of(to));
  }

  Result<void> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) {
      if (errno == ENOENT) return {};
      return failure(system_error("cannot be removed", path, errno));
    }
    return sync_folder(parent_of(path));
  }

  // flock goes with the open file, so the kernel gives it back however the process ends.
  Result<void> lock(const std::string& folder) override {
    if (locks_.count(folder) > 0) return {};
    const std::string path = folder + "/lock";
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (fd.get() < 0) return failure(system_error("the lock file cannot be opened", path, errno));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return failure(system_error("cannot be locked", path, errno));
      return failure(holder_of(fd.get()), folder,
                     "stop it, or give this one a folder of its own: --storage.path");
    }
    // Only words for the other process's message: the lock holds without them, on a full disk too.
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd.get(), 0) == 0) static_cast<void>(::pwrite(fd.get(), pid.data(), pid.size(), 0) > 0);
    locks_.emplace(folder, std::move(fd));
    return {};
  }

 private:
  std::string vfs_name_;
  std::map<std::string, Descriptor> locks_;
};

}  // namespace

std::unique_ptr<Disk> make_real_disk() { return std::make_unique<RealDisk>(); }

}  // namespace agora_exporter::storage
