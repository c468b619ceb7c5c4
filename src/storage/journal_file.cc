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
constexpr std::uint64_t kLongestGap = 4'096;

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

Result<std::optional<std::int64_t>> JournalReader::sound_length() {
  using Length = std::optional<std::int64_t>;
  if (!db_) return Length{};
  // The other table too: a file that cannot take a checkpoint is of no use.
  const auto checkpoints = db_->integer("SELECT count(*) FROM checkpoint");
  if (!checkpoints) return unless_damaged<Length>(checkpoints.error(), {});
  auto row = db_->prepare("SELECT number FROM records ORDER BY number");
  if (!row) return unless_damaged<Length>(row.error(), {});
  for (std::int64_t expected = 1;; ++expected) {
    const auto there = row->step();
    if (!there) return unless_damaged<Length>(there.error(), {});
    if (!*there) return Length{expected - 1};
    if (row->integer(0) != expected) return Length{};
  }
}

Result<std::optional<Checkpoint>> JournalReader::checkpoint(bool& damaged) {
  using Found = std::optional<Checkpoint>;
  damaged = !db_;
  if (!db_) return Found{};
  auto row = db_->prepare("SELECT crc, body FROM checkpoint WHERE id = 1");
  const auto there = row ? row->step() : Result<bool>(failure(row.error()));
  if (!there) {
    damaged = true;
    return unless_damaged<Found>(there.error(), {});
  }
  if (!*there) return Found{};
  Found found;
  if (row->integer(0) == crc32c(row->bytes(1))) found = decode_checkpoint(row->bytes(1));
  damaged = !found;
  return found;
}

Result<FileReading> JournalReader::records(std::optional<std::int64_t> length,
                                           const std::function<bool(const StoredRecord&)>& each) {
  FileReading reading;
  if (!db_) return reading;
  auto row = db_->prepare("SELECT received, crc, body FROM records WHERE number = ?");
  if (!row) return unless_damaged(row.error(), reading);
  // One by one, not in one scan: behind a damaged page there are others.
  std::uint64_t gap = 0;
  for (std::int64_t number = 1; length ? number <= *length : gap < kLongestGap; ++number) {
    row->reset();
    row->bind(1, number);
    const auto there = row->step();
    if (!there && !db_->damaged()) return failure(there.error());
    if (!there || !*there) {
      ++gap;
      continue;
    }
    reading.damaged += std::exchange(gap, 0);
    const StoredRecord record{number, WallTime{Millis{row->integer(0)}}, row->bytes(2)};
    const bool good = row->integer(1) == crc_of(record) && each(record);
    ++(good ? reading.records : reading.damaged);
  }
  if (length) reading.damaged += gap;
  return reading;
}

Result<JournalWriter> JournalWriter::open(Disk& disk, const std::string& path, bool& unusable) {
  auto db = Database::open(disk, path, OpenMode::read_write);
  if (!db) {
    unusable = true;
    return failure(db.error());
  }
  auto done = prepare_for_writing(*db);
  auto append = done ? db->prepare(kInsertRecord) : Result<Statement>(failure(done.error()));
  if (!append) {
    unusable = db->unusable();
    db->leave_as_is();
    return failure(append.error());
  }
  return JournalWriter(std::move(*db), std::move(*append));
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

Result<Replaced> replace_damaged(Disk& disk, const std::string& path) {
  Replaced replaced;
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
    const auto read = from->records(std::nullopt, [&](const StoredRecord& record) {
      if (copied) copied = insert(*statement, {++number, record.received, record.body});
      return true;
    });
    if (!read) return failure(read.error());
    replaced.lost = read->damaged;
    return copied;
  };
  if (auto done = build_database(disk, path, kJournalFormat, copy); !done) return failure(done.error());
  auto name = set_aside(disk, path);
  if (!name) return failure(name.error());
  replaced.kept_as = *name;
  if (auto done = publish_database(disk, path); !done) return failure(done.error());
  return replaced;
}

}  // namespace agora_exporter::storage
