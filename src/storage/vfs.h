// An SQLite VFS written in C++: what a disk in memory (and the tests' faulty one) has to implement.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

namespace agora_exporter::storage {

// An open file. Every function returns an SQLite result code.
class VfsFile {
 public:
  virtual ~VfsFile() = default;
  // Fills what lies beyond the end with zeros and then returns SQLITE_IOERR_SHORT_READ, as SQLite expects.
  virtual int read(char* to, std::size_t count, std::uint64_t offset) = 0;
  virtual int write(const char* from, std::size_t count, std::uint64_t offset) = 0;
  virtual int truncate(std::uint64_t size) = 0;
  virtual int sync() = 0;
  virtual std::uint64_t size() const = 0;
};

class VfsFiles {
 public:
  virtual ~VfsFiles() = default;
  // `flags` are SQLITE_OPEN_*; may clear READWRITE and set READONLY in them.
  virtual int open(const std::string& path, int& flags, std::unique_ptr<VfsFile>& file) = 0;
  virtual int remove_file(const std::string& path, bool sync_folder) = 0;
  virtual bool exists(const std::string& path) const = 0;
};

// Registers `files` with SQLite under a name of its own, from construction to destruction. No shared memory:
// a WAL database needs locking_mode=EXCLUSIVE, and there are no locks, since only one connection opens a
// file.
class RegisteredVfs {
 public:
  explicit RegisteredVfs(VfsFiles& files);
  ~RegisteredVfs();
  RegisteredVfs(const RegisteredVfs&) = delete;
  RegisteredVfs& operator=(const RegisteredVfs&) = delete;

  const char* name() const { return name_.c_str(); }

 private:
  std::string name_;
  sqlite3_vfs vfs_{};
};

}  // namespace agora_exporter::storage
