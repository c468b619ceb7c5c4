// The collector: plan, book, ask, journal, fold, publish. The only writer of ledger, journal, progress and
// timeline.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agora_exporter/agora/transport.h"
#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/log.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/config/config.h"
#include "agora_exporter/report/report.h"
#include "agora_exporter/storage/disk.h"
#include "agora_exporter/timeline/world.h"

namespace agora_exporter::collector {

struct Options {
  config::Config config;
  std::string version;
  std::string clock_stamp;    // "" = the real clock; marks the state folder
  bool assume_fresh = false;  // --quota.assume-fresh: nothing else has spent today
  // Publish World and Report every second. Off: only publish() does, for simulated days without pages.
  bool publish_every_second = true;
  std::function<void()> on_replayed;  // called after each record of the journal that is folded
};

// What it works with; all must outlive it.
struct Seams {
  const Clock& clock;
  agora::Transport& transport;
  storage::Disk& disk;
  Log& log;
};

// Thread rule: open(), step() and run() belong to one thread; stop(), world() and report() may be called from
// any.
class Collector {
 public:
  // Takes the state folder, reads ledger and journal and folds them, which may take minutes. Sends nothing.
  static Result<std::unique_ptr<Collector>> open(Options options, Seams seams);
  virtual ~Collector() = default;

  // Sends what is to be sent now, then waits for answers until `until` at most, and takes them.
  virtual void step(WallTime until) = 0;
  // Steps until stop(); then sends nothing more, takes the answers in flight (for 8 s at most) and returns.
  virtual void run() = 0;
  virtual void stop() = 0;  // also from a signal handler

  // Takes another configuration between two steps, whole or not at all, and calls `done` with how that went
  // in the collector's thread (in the caller's if a newer one takes its place, or the collector stops).
  // Accounts and apps come, go and change as over a restart: nothing booked or journaled is lost. Where it
  // changes what is asked or shown, answers in flight are awaited and the journal is read anew, which takes
  // as long as at the start; meanwhile the page stands still. The storage path cannot change. From any
  // thread.
  virtual void reload(config::Config config, std::function<void(Result<void>)> done) = 0;
  // How the reading of a file went that did not come to a reload(), for the metrics. From any thread.
  virtual void note_reading(bool successful) = 0;

  // Brings World and Report up to the clock and publishes them. The collector's thread.
  virtual void publish() = 0;
  // The last published; null before the first.
  virtual std::shared_ptr<const timeline::World> world() const = 0;
  virtual std::shared_ptr<const report::Report> report() const = 0;
};

}  // namespace agora_exporter::collector
