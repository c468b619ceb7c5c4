#include "agora_exporter/storage/journal.h"

#include <algorithm>
#include <deque>
#include <set>

#include "storage/journal_file.h"
#include "storage/journal_names.h"

namespace agora_exporter::storage {
namespace {

constexpr std::uint64_t kFilesPerSize = 8;  // a file rolls at this part of max_size

struct File {
  JournalName name;
  std::uint64_t size = 0;
  std::int64_t last_number = 0;
  WallTime newest = WallTime::min();  // received_at of its records
  std::uint64_t good = 0;             // records that could be read or were written
};

class SqliteJournal final : public Journal {
 public:
  SqliteJournal(Disk& disk, JournalOptions options) : disk_(disk), options_(std::move(options)) {}

  Result<void> start();
  Result<ReplaySummary> replay(const std::function<void(const std::string&)>& restore,
                               const std::function<void(agora::Facts&&)>& fold) override;
  Result<void> read(const std::function<void(const std::string&)>& restore,
                    const std::function<bool(agora::Facts&&)>& fold) override;
  Result<void> append(const agora::Facts& facts, WallTime now) override;
  Result<PruneSummary> prune(WallTime now, WallTime needed_since,
                             const std::function<std::string()>& checkpoint) override;
  void set_limits(std::uint64_t max_size, Seconds retention) override {
    options_.max_size = max_size;
    options_.retention = retention;
  }
  std::uint64_t size() const override;

 private:
  std::string path_of(const JournalName& name) const { return options_.folder + "/" + file_name(name); }
  std::uint64_t size_on_disk(const JournalName& name) const;
  Result<std::optional<Checkpoint>> newest_checkpoint(std::uint64_t& damaged);
  // Removes what a checkpoint covers, and forgets it once it is gone.
  Result<void> remove_covered();
  Result<std::int64_t> sound_length(const std::string& path, ReplaySummary& summary);
  // Those up to file.last_number.
  Result<FileReading> read_records(File& file, const std::function<bool(agora::Facts&&)>& fold);
  Result<void> replay_file(File& file, const std::function<void(agora::Facts&&)>& fold,
                           ReplaySummary& summary);
  bool must_roll(std::int64_t day) const;
  Result<void> roll(std::int64_t day);
  Result<void> open_writer();
  void give_up_writer();
  Result<void> write(const StoredRecord& record, std::int64_t day);

  Disk& disk_;
  JournalOptions options_;
  std::deque<File> files_;               // oldest first; the last one is appended to
  std::set<std::string> covered_;        // named by a checkpoint and still on the disk: never read
  std::optional<JournalWriter> writer_;  // of files_.back()
  bool replayed_ = false;
  // Met while appending: no more is, and the next start saves what it can.
  bool newest_is_unusable_ = false;
  std::uint64_t damaged_checkpoints_ = 0;  // that replay() met
};

std::uint64_t SqliteJournal::size_on_disk(const JournalName& name) const {
  return disk_.size(path_of(name)).value_or(0) + disk_.size(path_of(name) + "-wal").value_or(0);
}

std::uint64_t SqliteJournal::size() const {
  std::uint64_t sum = 0;
  for (const File& file : files_) sum += file.size;
  return sum;
}

Result<void> SqliteJournal::start() {
  auto names = disk_.list(options_.folder);
  if (!names) return failure(names.error());
  std::set<JournalName> found;
  for (const std::string& name : *names) {
    if (const auto parsed = parse_journal_name(name)) found.insert(*parsed);
    if (!name.ends_with(kUnfinishedSuffix)) continue;
    const auto parsed =
        parse_journal_name(std::string_view(name).substr(0, name.size() - kUnfinishedSuffix.size()));
    if (!parsed) continue;
    if (auto done = recover_unfinished(disk_, path_of(*parsed), kJournalFormat); !done) return done;
    if (disk_.size(path_of(*parsed)).has_value()) found.insert(*parsed);
  }
  for (const JournalName& name : found) files_.push_back({name, size_on_disk(name), 0, WallTime::min()});
  return {};
}

// The checkpoint is always written to the newest file, so the first one found from the end is the newest.
Result<std::optional<Checkpoint>> SqliteJournal::newest_checkpoint(std::uint64_t& damaged) {
  for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
    auto reader = JournalReader::open(disk_, path_of(file->name));
    if (!reader) return failure(reader.error());
    bool unreadable = false;
    auto checkpoint = reader->checkpoint(unreadable);
    if (!checkpoint) return failure(checkpoint.error());
    if (*checkpoint) return checkpoint;
    if (unreadable) ++damaged;
  }
  return std::optional<Checkpoint>{};
}

Result<void> SqliteJournal::remove_covered() {
  Result<void> result;
  for (auto name = covered_.begin(); name != covered_.end();) {
    // The database first: what is left of it is then only a WAL, which means nothing.
    Result<void> removed = disk_.remove(options_.folder + "/" + *name);
    if (removed) removed = disk_.remove(options_.folder + "/" + *name + "-wal");
    if (!removed) {
      result = removed;
      ++name;
      continue;
    }
    name = covered_.erase(name);
  }
  return result;
}

// A file with a damaged structure is replaced first, so that what is folded now is what the next start will
// find.
Result<std::int64_t> SqliteJournal::sound_length(const std::string& path, ReplaySummary& summary) {
  for (bool replaced = false;; replaced = true) {
    {
      auto reader = JournalReader::open(disk_, path);
      if (!reader) return failure(reader.error());
      const auto length = reader->sound_length();
      if (!length) return failure(length.error());
      if (*length) return **length;
    }
    if (replaced)
      return failure("is damaged again as soon as it is written", path, "look at the disk's health");
    const auto replacement = replace_damaged(disk_, path);
    if (!replacement) return failure(replacement.error());
    summary.damaged_records += replacement->lost;
    summary.files_set_aside.push_back(replacement->kept_as);
  }
}

Result<FileReading> SqliteJournal::read_records(File& file, const std::function<bool(agora::Facts&&)>& fold) {
  auto reader = JournalReader::open(disk_, path_of(file.name));
  if (!reader) return failure(reader.error());
  bool goes_on = true;
  return reader->records(file.last_number, [&](const StoredRecord& record) {
    if (!goes_on) return false;
    auto facts = decode_facts(record.body);
    if (!facts) return false;
    file.newest = std::max(file.newest, record.received);
    goes_on = fold(std::move(*facts));
    return true;
  });
}

Result<void> SqliteJournal::replay_file(File& file, const std::function<void(agora::Facts&&)>& fold,
                                        ReplaySummary& summary) {
  const std::string path = path_of(file.name);
  const auto length = sound_length(path, summary);
  if (!length) return failure(length.error());
  file.last_number = *length;
  const auto reading = read_records(file, [&](agora::Facts&& facts) {
    fold(std::move(facts));
    return true;
  });
  if (!reading) return failure(reading.error());
  file.good = reading->records;
  summary.records += reading->records;
  summary.damaged_records += reading->damaged;
  return {};
}

Result<ReplaySummary> SqliteJournal::replay(const std::function<void(const std::string&)>& restore,
                                            const std::function<void(agora::Facts&&)>& fold) {
  ReplaySummary summary;
  const auto checkpoint = newest_checkpoint(damaged_checkpoints_);
  if (!checkpoint) return failure(checkpoint.error());
  summary.damaged_records += damaged_checkpoints_;
  if (*checkpoint) {
    covered_.insert((*checkpoint)->covers.begin(), (*checkpoint)->covers.end());
    std::erase_if(files_, [&](const File& file) { return covered_.count(file_name(file.name)) > 0; });
    // What cannot be removed now is not read either; prune() tries again.
    static_cast<void>(remove_covered());
    restore((*checkpoint)->totals);
  }
  for (File& file : files_) {
    if (auto done = replay_file(file, fold, summary); !done) return failure(done.error());
    file.size = size_on_disk(file.name);
  }
  replayed_ = true;
  return summary;
}

Result<void> SqliteJournal::read(const std::function<void(const std::string&)>& restore,
                                 const std::function<bool(agora::Facts&&)>& fold) {
  constexpr const char* kRemedy = "a restart saves what it can";
  if (!replayed_) return failure("the journal has not been replayed", options_.folder);
  if (newest_is_unusable_)
    return failure("the newest file of the journal is damaged", path_of(files_.back().name), kRemedy);
  writer_.reset();  // closes the file, which takes its WAL in; the next append opens it again
  std::uint64_t damaged = 0;
  const auto checkpoint = newest_checkpoint(damaged);
  if (!checkpoint) return failure(checkpoint.error());
  if (damaged > damaged_checkpoints_)
    return failure("the journal's checkpoint is damaged", options_.folder, kRemedy);
  std::set<std::string> covered;
  if (*checkpoint) {
    covered.insert((*checkpoint)->covers.begin(), (*checkpoint)->covers.end());
    restore((*checkpoint)->totals);
  }
  for (File& file : files_) {
    if (covered.contains(file_name(file.name))) continue;
    bool goes_on = true;
    const auto reading =
        read_records(file, [&](agora::Facts&& facts) { return goes_on = fold(std::move(facts)); });
    if (!reading) return failure(reading.error());
    if (!goes_on) return failure("the reading was broken off", options_.folder);
    if (reading->records < file.good)
      return failure("records of the journal can no longer be read", path_of(file.name), kRemedy);
  }
  return {};
}

bool SqliteJournal::must_roll(std::int64_t day) const {
  if (files_.empty() || newest_is_unusable_ || day > files_.back().name.day) return true;
  return files_.back().last_number > 0 && files_.back().size >= options_.max_size / kFilesPerSize;
}

// Names only go up, also when the clock was set back: their order is that of appending, and a name once
// covered by a checkpoint is never used again.
Result<void> SqliteJournal::roll(std::int64_t day) {
  JournalName name{day, 1};
  if (!files_.empty() && files_.back().name.day >= day) {
    name = {files_.back().name.day, files_.back().name.number + 1};
  }
  if (auto done = create_journal_file(disk_, path_of(name)); !done) return done;
  if (newest_is_unusable_) give_up_writer();
  writer_.reset();  // closes the old file, which takes its WAL in
  if (!files_.empty()) files_.back().size = size_on_disk(files_.back().name);
  files_.push_back({name, size_on_disk(name), 0, WallTime::min()});
  newest_is_unusable_ = false;
  return {};
}

Result<void> SqliteJournal::open_writer() {
  if (writer_) return {};
  auto writer = JournalWriter::open(disk_, path_of(files_.back().name), newest_is_unusable_);
  if (!writer) return failure(writer.error());
  writer_.emplace(std::move(*writer));
  return {};
}

void SqliteJournal::give_up_writer() {
  if (writer_) writer_->leave_as_is();
  writer_.reset();
}

Result<void> SqliteJournal::write(const StoredRecord& record, std::int64_t day) {
  if (must_roll(day)) {
    if (auto done = roll(day); !done) return done;
  }
  if (auto done = open_writer(); !done) return done;
  StoredRecord numbered = record;
  numbered.number = files_.back().last_number + 1;
  if (auto done = writer_->append(numbered); !done) {
    newest_is_unusable_ = writer_->unusable();
    give_up_writer();
    return done;
  }
  File& file = files_.back();
  file.last_number = numbered.number;
  ++file.good;
  file.newest = std::max(file.newest, record.received);
  file.size = size_on_disk(file.name);
  return {};
}

Result<void> SqliteJournal::append(const agora::Facts& facts, WallTime now) {
  if (!replayed_) return failure("the journal has not been replayed", options_.folder);
  const std::string body = encode_facts(facts);
  const StoredRecord record{0, facts.asked.received_at, body};
  auto done = write(record, utc_day(now));
  if (!done && newest_is_unusable_) done = write(record, utc_day(now));  // in a new file
  return done;
}

Result<PruneSummary> SqliteJournal::prune(WallTime now, WallTime needed_since,
                                          const std::function<std::string()>& checkpoint) {
  PruneSummary summary;
  std::uint64_t left = size();
  std::size_t going = 0;
  for (; going + 1 < files_.size(); ++going) {
    const File& file = files_[going];
    const bool old = file.newest < now - options_.retention;
    if (file.newest >= needed_since || !(old || left > options_.max_size)) break;
    left -= file.size;
  }
  summary.over_size = left > options_.max_size;
  if (going == 0) return summary;

  if (auto done = open_writer(); !done) return failure(done.error());
  std::set<std::string> covers = covered_;
  for (std::size_t i = 0; i < going; ++i) covers.insert(file_name(files_[i].name));
  if (auto done = writer_->put({checkpoint(), {covers.begin(), covers.end()}}); !done) {
    newest_is_unusable_ = writer_->unusable();
    give_up_writer();
    return failure(done.error());
  }
  covered_ = std::move(covers);
  for (std::size_t i = 0; i < going; ++i) {
    summary.removed.push_back(file_name(files_.front().name));
    files_.pop_front();
  }
  files_.back().size = size_on_disk(files_.back().name);
  if (auto done = remove_covered(); !done) return failure(done.error());
  return summary;
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(Disk& disk, const JournalOptions& options) {
  if (auto done = disk.make_folder(options.folder); !done) return failure(done.error());
  if (auto done = disk.lock(options.folder); !done) return failure(done.error());
  auto journal = std::make_unique<SqliteJournal>(disk, options);
  if (auto done = journal->start(); !done) return failure(done.error());
  return std::unique_ptr<Journal>(std::move(journal));
}

}  // namespace agora_exporter::storage
