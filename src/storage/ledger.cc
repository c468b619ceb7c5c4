#include "agora_exporter/storage/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "storage/crc32c.h"
#include "storage/set_aside.h"
#include "storage/sqlite.h"

namespace agora_exporter::storage {
namespace {

constexpr std::int64_t kDaysKept = 3;

// crc: over the other columns, since SQLite has no checksums of its own.
constexpr FileFormat kFormat{
    0x414c, 1,
    "CREATE TABLE bookings(id INTEGER PRIMARY KEY, account TEXT, app TEXT, endpoint INTEGER,"
    " day INTEGER, ordinal INTEGER, at INTEGER, crc INTEGER);"
    "CREATE TABLE refusals(account TEXT, app TEXT, endpoint INTEGER, until INTEGER, crc INTEGER,"
    " PRIMARY KEY(account, app, endpoint));"
    "CREATE TABLE words(name TEXT PRIMARY KEY, value, crc INTEGER)"};

std::uint32_t crc_of(const quota::ScopeKey& scope, agora::Endpoint endpoint, const std::string& rest) {
  return crc32c(fmt::format("{}\n{}\n{}\n{}", scope.account, scope.app_id, static_cast<int>(endpoint), rest));
}
std::uint32_t crc_of(const Booking& b) {
  return crc_of(b.scope, b.endpoint,
                fmt::format("{} {} {}", b.ticket.day, b.ticket.ordinal, b.at.time_since_epoch().count()));
}
std::uint32_t crc_of(std::string_view name, std::string_view value) {
  return crc32c(fmt::format("{}={}", name, value));
}

struct Key {
  quota::ScopeKey scope;
  agora::Endpoint endpoint;
};
Key key_from(const Statement& row, int column) {
  return {{std::string(row.bytes(column)), std::string(row.bytes(column + 1))},
          static_cast<agora::Endpoint>(std::clamp<std::int64_t>(
              row.integer(column + 2), 0, static_cast<std::int64_t>(agora::kEndpoints.size()) - 1))};
}

// The statements that write, on a connection of their own.
struct Writer {
  Statement booking, forget, refusal, word;

  static Result<Writer> prepare(Database& db) {
    Writer w;
    for (const auto& [statement, sql] :
         {std::pair{&w.booking,
                    "INSERT INTO bookings(account, app, endpoint, day, ordinal, at, crc)"
                    " VALUES(?,?,?,?,?,?,?)"},
          {&w.forget, "DELETE FROM bookings WHERE day < ?"},
          {&w.refusal,
           "INSERT OR REPLACE INTO refusals(account, app, endpoint, until, crc) VALUES(?,?,?,?,?)"},
          {&w.word, "INSERT OR REPLACE INTO words(name, value, crc) VALUES(?,?,?)"}}) {
      auto prepared = db.prepare(sql);
      if (!prepared) return failure(prepared.error());
      *statement = std::move(*prepared);
    }
    return w;
  }

  Result<void> book(const Booking& b) {
    booking.bind(1, b.scope.account);
    booking.bind(2, b.scope.app_id);
    booking.bind(3, static_cast<std::int64_t>(b.endpoint));
    booking.bind(4, b.ticket.day);
    booking.bind(5, std::int64_t{b.ticket.ordinal});
    booking.bind(6, std::int64_t{b.at.time_since_epoch().count()});
    booking.bind(7, std::int64_t{crc_of(b)});
    return booking.run();
  }
  Result<void> forget_before(std::int64_t day) {
    forget.bind(1, day);
    return forget.run();
  }
  Result<void> refuse(const quota::ScopeKey& scope, agora::Endpoint endpoint, WallTime until) {
    const std::int64_t until_ms = until.time_since_epoch().count();
    refusal.bind(1, scope.account);
    refusal.bind(2, scope.app_id);
    refusal.bind(3, static_cast<std::int64_t>(endpoint));
    refusal.bind(4, until_ms);
    refusal.bind(5, std::int64_t{crc_of(scope, endpoint, std::to_string(until_ms))});
    return refusal.run();
  }
  Result<void> say(std::string_view name, const std::string& value) {
    word.bind(1, name);
    word.bind(2, std::string_view(value));
    word.bind(3, std::int64_t{crc_of(name, value)});
    return word.run();
  }
};

class SqliteLedger final : public Ledger {
 public:
  SqliteLedger(Disk& disk, std::string path, std::string stamp)
      : disk_(disk), path_(std::move(path)), stamp_(std::move(stamp)) {}

  Result<void> start();
  const LedgerState& state_at_open() const override { return state_; }
  Result<void> book(const Booking& booking) override;
  Result<void> refuse(const quota::ScopeKey& scope, agora::Endpoint endpoint, WallTime until) override;
  Result<void> set_replayed(WorldTime r) override;
  Result<void> set_stopped(WorldTime r) override;

 private:
  struct Open {
    Database db;
    Writer writer;
  };
  // Whether all of it was readable; what was is in state_ either way.
  Result<bool> read_all();
  Result<bool> read_words(Database& db);
  Result<bool> read_bookings(Database& db);
  Result<bool> read_refusals(Database& db);
  Result<void> fill(Database& db) const;
  Result<void> write(const std::function<Result<void>(Writer&)>& action);

  Disk& disk_;
  const std::string path_;
  const std::string stamp_;
  LedgerState state_;
  std::optional<Open> open_;
  std::optional<WorldTime> replayed_;
  std::optional<WorldTime> stopped_;  // only as read
  std::int64_t newest_day_ = 0;
};

Result<bool> SqliteLedger::read_words(Database& db) {
  auto row = db.prepare("SELECT name, value, crc FROM words");
  if (!row) return db.damaged() ? Result<bool>(false) : failure(row.error());
  bool stamp_seen = false;
  while (true) {
    const auto more = row->step();
    if (!more) return db.damaged() ? Result<bool>(false) : failure(more.error());
    if (!*more) return stamp_seen;
    const std::string name(row->bytes(0)), value(row->bytes(1));
    if (row->integer(2) != crc_of(name, value)) return false;
    if (name == "stamp") {
      stamp_seen = true;
      if (value != stamp_) {
        return failure("belongs to another clock (" + (value.empty() ? "the real one" : value) + ")", path_,
                       "use another folder: --storage.path");
      }
    } else if (name == "replayed") {
      state_.replayed = world_time(std::stoll(value));
    } else if (name == "stopped") {
      stopped_ = world_time(std::stoll(value));
    }
  }
}

Result<bool> SqliteLedger::read_bookings(Database& db) {
  auto row = db.prepare("SELECT account, app, endpoint, day, ordinal, at, crc FROM bookings ORDER BY id");
  if (!row) return db.damaged() ? Result<bool>(false) : failure(row.error());
  bool whole = true;
  while (true) {
    const auto more = row->step();
    if (!more) return db.damaged() ? Result<bool>(false) : failure(more.error());
    if (!*more) return whole;
    const Key key = key_from(*row, 0);
    Booking booking{key.scope,
                    key.endpoint,
                    {row->integer(3), static_cast<std::uint32_t>(row->integer(4))},
                    WallTime{Millis{row->integer(5)}}};
    if (row->integer(6) == crc_of(booking)) {
      newest_day_ = std::max(newest_day_, booking.ticket.day);
      state_.bookings.push_back(std::move(booking));
    } else {
      whole = false;
    }
  }
}

Result<bool> SqliteLedger::read_refusals(Database& db) {
  auto row = db.prepare("SELECT account, app, endpoint, until, crc FROM refusals");
  if (!row) return db.damaged() ? Result<bool>(false) : failure(row.error());
  bool whole = true;
  while (true) {
    const auto more = row->step();
    if (!more) return db.damaged() ? Result<bool>(false) : failure(more.error());
    if (!*more) return whole;
    const Key key = key_from(*row, 0);
    if (row->integer(4) == crc_of(key.scope, key.endpoint, std::to_string(row->integer(3)))) {
      state_.refused_until[{key.scope, key.endpoint}] = WallTime{Millis{row->integer(3)}};
    } else {
      whole = false;
    }
  }
}

Result<bool> SqliteLedger::read_all() {
  auto db = Database::open(disk_, path_, OpenMode::read_write);
  if (!db) return failure(db.error());
  if (auto done = prepare_for_writing(*db); !done) {
    db->leave_as_is();
    return db->damaged() ? Result<bool>(false) : failure(done.error());
  }
  const auto format = check_format(*db, kFormat, path_);
  if (!format) return failure(format.error());
  if (*format == FormatCheck::damaged) return false;
  bool whole = true;
  for (auto read : {&SqliteLedger::read_words, &SqliteLedger::read_bookings, &SqliteLedger::read_refusals}) {
    const auto part = (this->*read)(*db);
    if (!part) return failure(part.error());
    whole = whole && *part;
  }
  if (!whole) db->leave_as_is();
  return whole;
}

// A new file: the stamp, and what could be read of a damaged one.
Result<void> SqliteLedger::fill(Database& db) const {
  auto writer = Writer::prepare(db);
  if (!writer) return failure(writer.error());
  if (auto done = writer->say("stamp", stamp_); !done) return done;
  for (const Booking& booking : state_.bookings) {
    if (auto done = writer->book(booking); !done) return done;
  }
  for (const auto& [key, until] : state_.refused_until) {
    if (auto done = writer->refuse(key.first, key.second, until); !done) return done;
  }
  if (!state_.replayed) return {};
  return writer->say("replayed", std::to_string(unix_seconds(*state_.replayed)));
}

Result<void> SqliteLedger::start() {
  if (auto done = recover_unfinished(disk_, path_, kFormat); !done) return done;
  state_.existed = disk_.size(path_).has_value();
  if (state_.existed) {
    const auto whole = read_all();
    if (!whole) return failure(whole.error());
    replayed_ = state_.replayed;
    state_.stopped = replayed_ && stopped_ == replayed_;  // else it has moved on since
    if (*whole) return {};
  }
  if (auto done = build_database(disk_, path_, kFormat, [this](Database& db) { return fill(db); }); !done)
    return done;
  if (state_.existed) {
    auto name = set_aside(disk_, path_);
    if (!name) return failure(name.error());
    state_.set_aside = *name;
  }
  return publish_database(disk_, path_);
}

// After a failed write the connection is given up: the next call opens the file again, which recovers it.
Result<void> SqliteLedger::write(const std::function<Result<void>(Writer&)>& action) {
  if (!open_) {
    auto db = Database::open(disk_, path_, OpenMode::read_write);
    if (!db) return failure(db.error());
    if (auto done = prepare_for_writing(*db); !done) return failure(done.error());
    auto writer = Writer::prepare(*db);
    if (!writer) return failure(writer.error());
    open_.emplace(Open{std::move(*db), std::move(*writer)});
  }
  auto done = action(open_->writer);
  if (!done) {
    open_->db.leave_as_is();
    open_.reset();
  }
  return done;
}

Result<void> SqliteLedger::book(const Booking& booking) {
  if (auto done = write([&](Writer& w) { return w.book(booking); }); !done) return done;
  if (booking.ticket.day <= newest_day_) return {};
  // Housekeeping: the booking is durable, so a failure here is none of the caller's; the next booking tries
  // again.
  const std::int64_t first_kept = booking.ticket.day - kDaysKept + 1;
  if (write([&](Writer& w) { return w.forget_before(first_kept); })) newest_day_ = booking.ticket.day;
  return {};
}

Result<void> SqliteLedger::refuse(const quota::ScopeKey& scope, agora::Endpoint endpoint, WallTime until) {
  return write([&](Writer& w) { return w.refuse(scope, endpoint, until); });
}

Result<void> SqliteLedger::set_replayed(WorldTime r) {
  if (replayed_ && r <= *replayed_) return {};
  auto done = write([&](Writer& w) { return w.say("replayed", std::to_string(unix_seconds(r))); });
  if (done) replayed_ = r;
  return done;
}

Result<void> SqliteLedger::set_stopped(WorldTime r) {
  if (auto done = set_replayed(r); !done) return done;
  return write([&](Writer& w) { return w.say("stopped", std::to_string(unix_seconds(r))); });
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(Disk& disk, const std::string& folder,
                                             const std::string& stamp) {
  if (auto done = disk.make_folder(folder); !done) return failure(done.error());
  if (auto done = disk.lock(folder); !done) return failure(done.error());
  auto ledger = std::make_unique<SqliteLedger>(disk, folder + "/ledger.db", stamp);
  if (auto done = ledger->start(); !done) return failure(done.error());
  return std::unique_ptr<Ledger>(std::move(ledger));
}

}  // namespace agora_exporter::storage
