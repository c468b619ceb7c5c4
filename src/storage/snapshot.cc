#include "storage/snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "storage/journal_names.h"

namespace agora_exporter::storage {
namespace {

constexpr std::size_t kWalHeader = 32;
constexpr int kTries = 20;
constexpr const char* kLedger = "ledger.db";

// A file that is gone meanwhile is no error: nothing.
Result<std::optional<Content>> open_file(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return std::optional<Content>{};
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0)
    return failure(system_error("cannot be read", path, errno));
  return std::optional<Content>(std::in_place, std::move(file), static_cast<std::uint64_t>(status.st_size));
}

Result<std::optional<std::string>> read_file(const std::string& path, std::size_t at_most) {
  auto content = open_file(path);
  if (!content) return failure(content.error());
  if (!*content) return std::optional<std::string>{};
  std::string bytes(std::min<std::uint64_t>((*content)->size(), at_most), '\0');
  std::size_t there = 0;
  if (!(*content)->read(bytes.data(), bytes.size(), 0, there)) return failure("cannot be read", path);
  bytes.resize(there);
  return std::optional<std::string>(std::move(bytes));
}

// Whether all could be had. Only ledger and newest journal file are written to while an exporter runs; what a
// crash left with a WAL is copied too.
Result<bool> copy_folder(const std::string& folder, const std::vector<std::string>& names, MemoryDisk& to) {
  const std::string* newest = nullptr;
  std::optional<JournalName> newest_name;
  for (const std::string& name : names) {
    const auto journal = parse_journal_name(name);
    if (journal && (!newest_name || *newest_name < *journal)) {
      newest_name = journal;
      newest = &name;
    }
  }
  for (const std::string& name : names) {
    if (!parse_journal_name(name) || &name == newest) continue;
    if (std::find(names.begin(), names.end(), name + "-wal") != names.end()) {
      auto copied = copy_database(read_file, folder + "/" + name, to);
      if (!copied || !*copied) return copied;
      continue;
    }
    auto content = open_file(folder + "/" + name);
    if (!content) return failure(content.error());
    if (!*content) return false;  // pruned meanwhile: a checkpoint stands for it
    to.put(folder + "/" + name, std::move(**content));
  }
  // The ledger last: what the journal knows of was booked before.
  if (newest) {
    auto copied = copy_database(read_file, folder + "/" + *newest, to);
    if (!copied || !*copied) return copied;
  }
  return copy_database(read_file, folder + "/" + kLedger, to);
}

}  // namespace

// SQLite writes to a database only what stands in its WAL, and begins the WAL anew, under another salt in its
// header, only when all of it stands in the database. So the two copies belong together if the header was the
// same before the first and after the last.
Result<bool> copy_database(const ReadFile& read, const std::string& path, MemoryDisk& to) {
  const std::string wal_path = path + "-wal";
  const auto before = read(wal_path, kWalHeader);
  if (!before) return failure(before.error());
  auto database = read(path, SIZE_MAX);
  if (!database) return failure(database.error());
  auto wal = read(wal_path, SIZE_MAX);
  if (!wal) return failure(wal.error());
  const auto after = read(wal_path, kWalHeader);
  if (!after) return failure(after.error());
  if (*before != *after) return false;
  if (!*database) return true;
  to.put(path, Content(std::move(**database)));
  if (*wal && !(*wal)->empty()) to.put(wal_path, Content(std::move(**wal)));
  return true;
}

Result<std::unique_ptr<Disk>> make_snapshot(const std::string& folder) {
  const auto real = make_real_disk();
  for (int i = 0; i < kTries; ++i) {
    const auto names = real->list(folder);
    if (!names) return failure(names.error());
    auto disk = std::make_unique<MemoryDisk>();
    const auto whole = copy_folder(folder, *names, *disk);
    if (!whole) return failure(whole.error());
    if (*whole) return std::unique_ptr<Disk>(std::move(disk));
  }
  return failure("is written to faster than it can be read", folder, "try again");
}

}  // namespace agora_exporter::storage
