// SQLite with owned handles and Result. One connection, one thread.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agora_exporter/base/result.h"
#include "agora_exporter/storage/disk.h"

namespace agora_exporter::storage {

// Must not outlive its Database. Text and blobs bound are not copied: they must live until the next reset().
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3_stmt* statement, std::string path) : statement_(statement), path_(std::move(path)) {}

  explicit operator bool() const { return statement_ != nullptr; }
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind_blob(int index, std::string_view bytes);

  // True: there is a row. The views of it hold until the next step() or reset().
  Result<bool> step();
  // Steps to the end and resets.
  Result<void> run();
  void reset();

  std::int64_t integer(int column) const;
  std::string_view bytes(int column) const;  // of text and blobs

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string path_;
};

enum class OpenMode {
  immutable,   // only reads, and takes the file as it is: no WAL beside it is looked at or made
  read_write,  // an existing file
  create,
};

class Database {
 public:
  // Lazy, as SQLite is: a damaged file shows at the first statement.
  static Result<Database> open(const Disk& disk, const std::string& path, OpenMode mode);

  Result<void> execute(const char* sql);
  Result<Statement> prepare(const char* sql);
  Result<std::int64_t> integer(const char* sql);  // first column of the first row; 0 without a row

  // Whether the last statement failed because the file is damaged (not: disk full, no permission).
  bool damaged() const;
  // Whether it failed because of this file (damaged, or not writable), so that another one may do.
  bool unusable() const;
  // After a failed write: the file is left as it is, for the next open() to recover.
  void leave_as_is();

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  Database(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}

  std::unique_ptr<sqlite3, Close> db_;
  std::string path_;
};

// A kind of file, by what its header says.
struct FileFormat {
  std::uint16_t magic;  // distinguishes ledger and journal
  std::uint16_t version;
  const char* schema;
};

// An open file whose format was checked.
enum class FormatCheck { good, damaged };
// Fails where the format is newer than known. A header that contradicts itself is damage, not a newer format:
// magic and version are kept twice.
Result<FormatCheck> check_format(Database& db, const FileFormat& format, const std::string& path);

// A new file comes whole or not at all: build_database() makes it as path.new, in one transaction, and
// publish_database() renames it. So an empty or half-made file at `path` is always damage. Durable on return.
using Fill = std::function<Result<void>(Database&)>;  // within the transaction
Result<void> build_database(Disk& disk, const std::string& path, const FileFormat& format, const Fill& fill);
Result<void> publish_database(Disk& disk, const std::string& path);
// After a crash between the two: published if it is whole and nothing stands at `path`, else removed.
Result<void> recover_unfinished(Disk& disk, const std::string& path, const FileFormat& format);
inline constexpr std::string_view kUnfinishedSuffix = ".new";

// For writing: WAL, every commit synced, one connection.
Result<void> prepare_for_writing(Database& db);

}  // namespace agora_exporter::storage
