#include "storage/journal_file.h"

#include <algorithm>
#include <utility>

#include "storage/bytes.h"
#include "storage/compress.h"
#include "storage/crc32c.h"
#include "storage/set_aside.h"

namespace agora_exporter::storage {

const FileFormat kJournalFormat{
    0x414a, 1,
    "CREATE TABLE records(number INTEGER PRIMARY KEY, received INTEGER, crc INTEGER, body BLOB);"
    "CREATE TABLE checkpoint(id INTEGER PRIMARY KEY, crc INTEGER, body BLOB)"};

namespace {

constexpr std::size_t kLargestCheckpoint = 256u << 20;
// Where the end of a damaged file cannot be found: so many numbers in a row that are not there are taken for
// it.
constexpr std::int64_t kLongestGap = 4'096;

std::uint32_t crc_of(const StoredRecord& record) {
  ByteWriter head;
  head.signed_varint(record.number);
  head.signed_varint(record.received.time_since_epoch().count());
  return crc32c(record.body, crc32c(head.take()));
}

std::string encode(const Checkpoint& checkpoint) {
  ByteWriter out;
  out.varint(checkpoint.covers.size());
  for (const std::string& name : checkpoint.covers) out.text(name);
  out.text(checkpoint.totals);
  std::string bytes;
  compress_onto(bytes, out.take());
  return bytes;
}

std::optional<Checkpoint> decode_checkpoint(std::string_view bytes) {
  const auto payload = decompress(bytes, kLargestCheckpoint);
  if (!payload) return std::nullopt;
  ByteReader in(*payload);
  Checkpoint checkpoint;
  checkpoint.covers.resize(in.count<std::string>());
  for (std::string& name : checkpoint.covers) name = in.text();
  checkpoint.totals = in.text();
  if (!in.good()) return std::nullopt;
  return checkpoint;
}

Result<void> insert(Statement& statement, const StoredRecord& record) {
  statement.bind(1, record.number);
  statement.bind(2, std::int64_t{record.received.time_since_epoch().count()});
  statement.bind(3, std::int64_t{crc_of(record)});
  statement.bind_blob(4, record.body);
  return statement.run();
}

Result<void> insert(Database& db, const Checkpoint& checkpoint) {
  auto statement = db.prepare("INSERT OR REPLACE INTO checkpoint(id, crc, body) VALUES(1,?,?)");
  if (!statement) return failure(statement.error());
  const std::string bytes = encode(checkpoint);
  statement->bind(1, std::int64_t{crc32c(bytes)});
  statement->bind_blob(2, bytes);
  return statement->run();
}

constexpr const char* kInsertRecord =
    "INSERT OR REPLACE INTO records(number, received, crc, body) VALUES(?,?,?,?)";

}  // namespace

Result<JournalReader> JournalReader::open(Disk& disk, const std::string& path) {
  // A WAL is left where the writer did not close: it must be recovered. Without one nothing is written to the
  // file.
  const auto wal = disk.size(path + "-wal");
  const bool recover = wal.has_value() && *wal > 0;
  auto db = Database::open(disk, path, recover ? OpenMode::read_write : OpenMode::immutable);
  if (!db) return failure(db.error());
  if (recover) {
    if (auto done = prepare_for_writing(*db); !done && !db->damaged()) return failure(done.error());
  }
  const auto format = check_format(*db, kJournalFormat, path);
  if (!format) return failure(format.error());
  if (*format == FormatCheck::damaged) {
    db->leave_as_is();
    return JournalReader(std::nullopt);
  }
  return JournalReader(std::move(*db));
}

Result<std::optional<Checkpoint>> JournalReader::checkpoint(bool& damaged) {
  using Found = std::optional<Checkpoint>;
  if (!db_) {
    damaged = true;
    return Found{};
  }
  auto row = db_->prepare("SELECT crc, body FROM checkpoint WHERE id = 1");
  const auto there = row ? row->step() : Result<bool>(failure(row.error()));
  if (!there) {
    if (!db_->damaged()) return failure(there.error());
    damaged = true;
    return Found{};
  }
  if (!*there) return Found{};
  Found found;
  if (row->integer(0) == crc32c(row->bytes(1))) found = decode_checkpoint(row->bytes(1));
  damaged = damaged || !found;
  return found;
}

// The number of the last record; where it cannot be read, 0 with file_damaged set.
Result<std::int64_t> JournalReader::last_number(FileReading& reading) {
  const auto last = db_->integer("SELECT max(number) FROM records");
  if (last) return std::max<std::int64_t>(0, *last);
  if (!db_->damaged()) return failure(last.error());
  reading.file_damaged = true;
  return 0;
}

Result<FileReading> JournalReader::records(const std::function<bool(const StoredRecord&)>& each) {
  FileReading reading;
  if (!db_) {
    reading.file_damaged = true;
    return reading;
  }
  const auto last = last_number(reading);
  if (!last) return failure(last.error());
  auto row = db_->prepare("SELECT received, crc, body FROM records WHERE number = ?");
  if (!row) {
    if (!db_->damaged()) return failure(row.error());
    reading.file_damaged = true;
    return reading;
  }
  if (*last == 0 && !reading.file_damaged) return reading;
  // One by one, not in one scan: behind a damaged page there are others.
  std::int64_t number = 1, gap = 0;
  for (; (*last == 0 || number <= *last) && gap < kLongestGap; ++number) {
    row->reset();
    row->bind(1, number);
    const auto there = row->step();
    if (!there) {
      if (!db_->damaged()) return failure(there.error());
      reading.file_damaged = true;
    }
    if (!there || !*there) {
      ++gap;
      continue;
    }
    reading.damaged += static_cast<std::uint64_t>(std::exchange(gap, 0));
    reading.last_number = number;
    const StoredRecord record{number, WallTime{Millis{row->integer(0)}}, row->bytes(2)};
    const bool good = row->integer(1) == crc_of(record) && each(record);
    ++(good ? reading.records : reading.damaged);
  }
  if (gap == kLongestGap) {
    reading.file_damaged = true;  // no such gap comes about by losing records
  } else {
    reading.damaged += static_cast<std::uint64_t>(gap);
    reading.last_number = std::max(reading.last_number, *last);
  }
  return reading;
}

Result<JournalWriter> JournalWriter::on(Database db) {
  auto append = db.prepare(kInsertRecord);
  if (!append) return failure(append.error());
  return JournalWriter(std::move(db), std::move(*append));
}

Result<JournalWriter> JournalWriter::open(Disk& disk, const std::string& path) {
  auto db = Database::open(disk, path, OpenMode::read_write);
  if (!db) return failure(db.error());
  if (auto done = prepare_for_writing(*db); !done) {
    db->leave_as_is();
    return failure(done.error());
  }
  return on(std::move(*db));
}

Result<void> JournalWriter::append(const StoredRecord& record) { return insert(append_, record); }

Result<void> JournalWriter::put(const Checkpoint& checkpoint) { return insert(db_, checkpoint); }

Result<void> create_journal_file(Disk& disk, const std::string& path) {
  if (auto done = build_database(disk, path, kJournalFormat, [](Database&) { return Result<void>{}; });
      !done) {
    return done;
  }
  return publish_database(disk, path);
}

Result<std::string> replace_damaged(Disk& disk, const std::string& path) {
  const auto copy = [&](Database& to) -> Result<void> {
    auto statement = to.prepare(kInsertRecord);
    if (!statement) return failure(statement.error());
    auto from = JournalReader::open(disk, path);
    if (!from) return failure(from.error());
    bool ignored = false;
    const auto checkpoint = from->checkpoint(ignored);
    if (!checkpoint) return failure(checkpoint.error());
    if (*checkpoint) {
      if (auto done = insert(to, **checkpoint); !done) return done;
    }
    Result<void> copied;
    std::int64_t number = 0;
    const auto read = from->records([&](const StoredRecord& record) {
      if (copied) copied = insert(*statement, {++number, record.received, record.body});
      return true;
    });
    return read ? copied : failure(read.error());
  };
  if (auto done = build_database(disk, path, kJournalFormat, copy); !done) return failure(done.error());
  auto name = set_aside(disk, path);
  if (!name) return name;
  if (auto done = publish_database(disk, path); !done) return failure(done.error());
  return name;
}

}  // namespace agora_exporter::storage
