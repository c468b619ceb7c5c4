#include "storage/sqlite.h"

#include <fmt/format.h>

#include <array>

namespace agora_exporter::storage {
namespace {

// Longer values do not occur (an answer is at most 256 MiB); a damaged length must not allocate a gigabyte.
constexpr int kLongestValue = 512 << 20;

// The one place that knows SQLite's codes.
Error sqlite_error(int code, sqlite3* db, const std::string& path) {
  const char* remedy = "";
  switch (code & 0xff) {
    case SQLITE_FULL:
      remedy = "free some space, or lower storage.max_size";
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      remedy = "the exporter's user must be able to write storage.path";
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {"the file is damaged", path, {}};
    case SQLITE_BUSY:
      remedy = "another program has the file open";
      break;
    default:
      break;
  }
  std::string what = sqlite3_errstr(code);
  if (db != nullptr && (code & 0xff) == SQLITE_ERROR) what = sqlite3_errmsg(db);
  if (code > 0xff) what += fmt::format(" (SQLite {})", code);
  return {what, path, remedy};
}

// Characters with a meaning in SQLite's file: URIs.
std::string uri_of(const std::string& path, OpenMode mode) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return mode == OpenMode::immutable ? uri + "?immutable=1" : uri;
}

std::int64_t application_id(const FileFormat& format) {
  return (std::int64_t{format.magic} << 16) | format.version;
}

}  // namespace

void Statement::bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_.get(), index, value); }
void Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}
void Statement::bind_blob(int index, std::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), index, bytes.data(), bytes.size(), SQLITE_STATIC);
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* db = sqlite3_db_handle(statement_.get());
  return failure(sqlite_error(sqlite3_extended_errcode(db), db, path_));
}

Result<void> Statement::run() {
  while (true) {
    const auto row = step();
    if (!row) {
      Error error = row.error();
      reset();
      return failure(std::move(error));
    }
    if (!*row) break;
  }
  reset();
  return {};
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<Database> Database::open(const Disk& disk, const std::string& path, OpenMode mode) {
  int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == OpenMode::immutable ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == OpenMode::create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(uri_of(path, mode).c_str(), &handle, flags, disk.vfs());
  Database db(handle, path);
  if (code != SQLITE_OK) return failure(sqlite_error(code, handle, path));
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestValue);
  // No files beside the database but its WAL; damage in a page is found when it is read.
  if (auto done =
          db.execute("PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF");
      !done) {
    return failure(done.error());
  }
  return db;
}

Result<void> Database::execute(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(sqlite_error(code, db_.get(), path_));
  return {};
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return failure(sqlite_error(code, db_.get(), path_));
  return Statement(statement, path_);
}

Result<std::int64_t> Database::integer(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return failure(statement.error());
  const auto row = statement->step();
  if (!row) return failure(row.error());
  return *row ? statement->integer(0) : 0;
}

bool Database::damaged() const {
  switch (sqlite3_errcode(db_.get()) & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:     // a table is missing: our statements have no other errors
    case SQLITE_MISMATCH:  // a column holds what it cannot
    case SQLITE_CONSTRAINT:
      return true;
    case SQLITE_IOERR:
      return sqlite3_extended_errcode(db_.get()) == SQLITE_IOERR_SHORT_READ;
    default:
      return false;
  }
}

bool Database::unusable() const {
  const int code = sqlite3_errcode(db_.get()) & 0xff;
  return damaged() || code == SQLITE_READONLY || code == SQLITE_CANTOPEN;
}

void Database::leave_as_is() { sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

Result<FormatCheck> check_format(Database& db, const FileFormat& format, const std::string& path) {
  const auto id = db.integer("PRAGMA application_id");
  if (!id && db.damaged()) return FormatCheck::damaged;
  if (!id) return failure(id.error());
  const auto version = db.integer("PRAGMA user_version");
  if (!version && db.damaged()) return FormatCheck::damaged;
  if (!version) return failure(version.error());
  const bool consistent = *id >> 16 == format.magic && (*id & 0xffff) == *version && *version > 0;
  if (!consistent) return FormatCheck::damaged;
  if (*version > format.version) {
    return failure(fmt::format("was written by a newer exporter (format {}, this one knows up to {})",
                               *version, format.version),
                   path, "install that version again, or move the file away");
  }
  return FormatCheck::good;
}

Result<void> prepare_for_writing(Database& db) {
  // Exclusive before the first access to the WAL: its index is then kept in memory, not in a third file.
  return db.execute(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA secure_delete=OFF");
}

namespace {

Result<void> remove_all(Disk& disk, const std::string& path) {
  for (const char* suffix : {"-wal", "-journal", ""}) {
    if (auto removed = disk.remove(path + suffix); !removed) return removed;
  }
  return {};
}

std::string unfinished(const std::string& path) { return path + std::string(kUnfinishedSuffix); }

}  // namespace

Result<void> build_database(Disk& disk, const std::string& path, const FileFormat& format, const Fill& fill) {
  const std::string name = unfinished(path);
  if (auto removed = remove_all(disk, name); !removed) return removed;
  auto db = Database::open(disk, name, OpenMode::create);
  if (!db) return failure(db.error());
  if (auto done = prepare_for_writing(*db); !done) return done;
  const std::string begin = fmt::format("BEGIN; PRAGMA application_id={}; PRAGMA user_version={}; {}",
                                        application_id(format), format.version, format.schema);
  if (auto done = db->execute(begin.c_str()); !done) return done;
  if (auto done = fill(*db); !done) return done;
  return db->execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<void> publish_database(Disk& disk, const std::string& path) {
  // An interrupted close leaves an empty WAL, which must not become the next file's.
  if (auto removed = disk.remove(unfinished(path) + "-wal"); !removed) return removed;
  return disk.rename(unfinished(path), path);
}

Result<void> recover_unfinished(Disk& disk, const std::string& path, const FileFormat& format) {
  const std::string name = unfinished(path);
  if (!disk.size(name).has_value()) return {};
  if (disk.size(path).has_value()) return remove_all(disk, name);
  bool whole = false;
  {
    auto db = Database::open(disk, name, OpenMode::read_write);
    if (!db) return failure(db.error());
    if (auto done = prepare_for_writing(*db); !done && !db->damaged()) return done;
    const auto good = check_format(*db, format, name);
    whole = good.has_value() && *good == FormatCheck::good &&
            db->execute("PRAGMA wal_checkpoint(TRUNCATE)").has_value();
  }
  return whole ? publish_database(disk, path) : remove_all(disk, name);
}

}  // namespace agora_exporter::storage
