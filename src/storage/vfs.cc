#include "storage/vfs.h"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <new>

namespace agora_exporter::storage {
namespace {

// SQLite allocates szOsFile bytes for it; `base` must come first.
struct Handle {
  sqlite3_file base;
  VfsFile* file;
};

VfsFile& file_of(sqlite3_file* handle) { return *reinterpret_cast<Handle*>(handle)->file; }
VfsFiles& files_of(sqlite3_vfs* vfs) { return *static_cast<VfsFiles*>(vfs->pAppData); }
sqlite3_vfs* system_vfs() { return sqlite3_vfs_find(nullptr); }

int close(sqlite3_file* handle) {
  delete reinterpret_cast<Handle*>(handle)->file;
  return SQLITE_OK;
}
int read(sqlite3_file* handle, void* to, int count, sqlite3_int64 offset) {
  return file_of(handle).read(static_cast<char*>(to), static_cast<std::size_t>(count),
                              static_cast<std::uint64_t>(offset));
}
int write(sqlite3_file* handle, const void* from, int count, sqlite3_int64 offset) {
  return file_of(handle).write(static_cast<const char*>(from), static_cast<std::size_t>(count),
                               static_cast<std::uint64_t>(offset));
}
int truncate(sqlite3_file* handle, sqlite3_int64 size) {
  return file_of(handle).truncate(static_cast<std::uint64_t>(size));
}
int sync(sqlite3_file* handle, int) { return file_of(handle).sync(); }
int file_size(sqlite3_file* handle, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(file_of(handle).size());
  return SQLITE_OK;
}
int lock(sqlite3_file*, int) { return SQLITE_OK; }
int check_reserved_lock(sqlite3_file*, int* held) {
  *held = 0;
  return SQLITE_OK;
}
int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 512; }
// What SQLite assumes of real disks too: a write does not harm bytes beside it when the power fails.
int device_characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

const sqlite3_io_methods kMethods = [] {
  sqlite3_io_methods m{};
  m.iVersion = 1;
  m.xClose = close;
  m.xRead = read;
  m.xWrite = write;
  m.xTruncate = truncate;
  m.xSync = sync;
  m.xFileSize = file_size;
  m.xLock = lock;
  m.xUnlock = lock;
  m.xCheckReservedLock = check_reserved_lock;
  m.xFileControl = file_control;
  m.xSectorSize = sector_size;
  m.xDeviceCharacteristics = device_characteristics;
  return m;
}();

int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* handle, int flags, int* out_flags) {
  handle->pMethods = nullptr;
  std::unique_ptr<VfsFile> file;
  const int code = files_of(vfs).open(path == nullptr ? "" : path, flags, file);
  if (code != SQLITE_OK) return code;
  auto* opened = new (handle) Handle{{&kMethods}, file.release()};
  static_cast<void>(opened);
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}
int remove_file(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  return files_of(vfs).remove_file(path, sync_folder != 0);
}
int access(sqlite3_vfs* vfs, const char* path, int, int* result) {
  *result = files_of(vfs).exists(path) ? 1 : 0;
  return SQLITE_OK;
}
int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
  if (static_cast<int>(std::strlen(path)) >= size) return SQLITE_CANTOPEN;
  std::snprintf(out, static_cast<std::size_t>(size), "%s", path);
  return SQLITE_OK;
}
int randomness(sqlite3_vfs*, int count, char* out) {
  return system_vfs()->xRandomness(system_vfs(), count, out);
}
int sleep(sqlite3_vfs*, int) { return 0; }
int current_time(sqlite3_vfs*, double* out) { return system_vfs()->xCurrentTime(system_vfs(), out); }
int last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

RegisteredVfs::RegisteredVfs(VfsFiles& files) {
  static std::atomic<int> counter{0};
  name_ = "agora-memory-" + std::to_string(++counter);
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(Handle);
  vfs_.mxPathname = 1'024;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = &files;
  vfs_.xOpen = open;
  vfs_.xDelete = remove_file;
  vfs_.xAccess = access;
  vfs_.xFullPathname = full_path;
  vfs_.xRandomness = randomness;
  vfs_.xSleep = sleep;
  vfs_.xCurrentTime = current_time;
  vfs_.xGetLastError = last_error;
  sqlite3_vfs_register(&vfs_, 0);
}

RegisteredVfs::~RegisteredVfs() { sqlite3_vfs_unregister(&vfs_); }

}  // namespace agora_exporter::storage
