// The journal: every answer, decoded, before it is used. State is a fold over it.
//
// Files journal-YYYY-MM-DD[-N].db (UTC day of the first record; after a clock was set back, that of the
// newest file) roll by day or at max_size / 8; SQLite, WAL, synchronous=FULL; records are zstd-compressed and
// carry a CRC32C over the bytes as stored. A damaged record is skipped and counted. A file with a damaged
// structure is replaced at the next replay by one of the records that can still be read, and kept as
// *.damaged; where it is met while appending, collection goes on in a new file. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/storage/disk.h"

namespace agora_exporter::storage {

struct JournalOptions {
  std::string folder;
  std::uint64_t max_size = 2ull << 30;  // bytes of all files
  Seconds retention{3 * kDay};
};

struct ReplaySummary {
  std::uint64_t records = 0;
  std::uint64_t damaged_records = 0;
  std::vector<std::string> files_set_aside;
};

struct PruneSummary {
  std::vector<std::string> removed;
  bool over_size = false;  // more than max_size is kept, since all of it may still be shown
};

class Journal {
 public:
  static Result<std::unique_ptr<Journal>> open(Disk& disk, const JournalOptions& options);
  virtual ~Journal() = default;

  // The newest checkpoint first, if there is one (files that it names are removed, never read), then each
  // record of the other files in the order of appending. Once, before the first append.
  virtual Result<ReplaySummary> replay(const std::function<void(const std::string& checkpoint)>& restore,
                                       const std::function<void(agora::Facts&&)>& fold) = 0;

  // What replay() would give now, at any time after it. Repairs nothing: an error if anything is lost that
  // was there before, or if `fold` returns false.
  virtual Result<void> read(const std::function<void(const std::string& checkpoint)>& restore,
                            const std::function<bool(agora::Facts&&)>& fold) = 0;

  // Durable on return; fails before replay(). `now` names the file's day. On an error (a full disk) keep the
  // facts and try again: the record takes the place of one that may have reached the disk after all.
  virtual Result<void> append(const agora::Facts& facts, WallTime now) = 0;

  // Removes the oldest files, as long as they are older than the retention or the size exceeds max_size, and
  // no record in them was received at `needed_since` or later. `checkpoint` (called only if something can go)
  // gives the totals that cover them; it is committed, with their names, in the newest file before they are
  // unlinked.
  virtual Result<PruneSummary> prune(WallTime now, WallTime needed_since,
                                     const std::function<std::string()>& checkpoint) = 0;

  // From the next append() and prune() on.
  virtual void set_limits(std::uint64_t max_size, Seconds retention) = 0;
  virtual std::uint64_t size() const = 0;  // bytes of all files
};

// The record's bytes: versioned, delta-coded columns, then zstd. Public for tests and fuzzing.
std::string encode_facts(const agora::Facts& facts);
Result<agora::Facts> decode_facts(std::string_view bytes);

}  // namespace agora_exporter::storage
