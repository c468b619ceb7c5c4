// One file of the journal: records numbered from 1 without gaps, and at most one checkpoint.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agora_exporter/base/result.h"
#include "agora_exporter/base/time.h"
#include "agora_exporter/storage/disk.h"
#include "storage/sqlite.h"

namespace agora_exporter::storage {

// Totals that stand for the files named: those are never folded again.
struct Checkpoint {
  std::string totals;
  std::vector<std::string> covers;  // names of files, without folder
};

struct StoredRecord {
  std::int64_t number = 0;
  WallTime received;
  std::string_view body;  // encode_facts()
};

// What reading a file to its end found.
struct FileReading {
  std::uint64_t records = 0;
  std::uint64_t damaged = 0;  // records that are lost, or whose CRC is wrong
};

extern const FileFormat kJournalFormat;

// For reading. Fails only where the disk does, or where the file is of a newer format.
class JournalReader {
 public:
  static Result<JournalReader> open(Disk& disk, const std::string& path);

  // The number of records; none where the file's own structure is damaged: then it has to be replaced. Looks
  // at the numbers, not at the bodies.
  Result<std::optional<std::int64_t>> sound_length();
  // Nothing where there is none; `damaged` is set where there is one, or may be, that cannot be read.
  Result<std::optional<Checkpoint>> checkpoint(bool& damaged);
  // `each` says whether the record could be used; if not it counts as damaged. Without `length` it looks for
  // whatever can be found.
  Result<FileReading> records(std::optional<std::int64_t> length,
                              const std::function<bool(const StoredRecord&)>& each);

 private:
  explicit JournalReader(std::optional<Database> db) : db_(std::move(db)) {}
  // As `fallback` where the last statement failed by damage.
  template <class T>
  Result<T> unless_damaged(const Error& error, T fallback) const {
    return db_->damaged() ? Result<T>(std::move(fallback)) : Result<T>(failure(error));
  }

  std::optional<Database> db_;  // none: the file is damaged beyond reading
};

// For appending. After a failure the writer is of no use any more: leave_as_is(), drop it and open another,
// which finds the file as it was, or with the record that was being written, under the same number.
class JournalWriter {
 public:
  // `unusable` is set where it is this file that cannot be written to: another one may do.
  static Result<JournalWriter> open(Disk& disk, const std::string& path, bool& unusable);

  // Durable on return. Replaces a record of that number.
  Result<void> append(const StoredRecord& record);
  Result<void> put(const Checkpoint& checkpoint);
  bool unusable() const { return db_.unusable(); }
  void leave_as_is() { db_.leave_as_is(); }

 private:
  JournalWriter(Database db, Statement append) : db_(std::move(db)), append_(std::move(append)) {}
  Database db_;
  Statement append_;
};

// A new, empty file under `path`.
Result<void> create_journal_file(Disk& disk, const std::string& path);
struct Replaced {
  std::string kept_as;     // the damaged file's name
  std::uint64_t lost = 0;  // records, as far as they can be counted
};
// Replaces a damaged file by one of the records that can be read (renumbered) and its checkpoint.
Result<Replaced> replace_damaged(Disk& disk, const std::string& path);

}  // namespace agora_exporter::storage
