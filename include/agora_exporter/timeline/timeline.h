// The fold of facts into the replayed world.
//
// What a fact tells takes effect only for instants later than its `asked.replayed`, the R at which it was
// received: R has passed the others, and what R has passed stays as it was. apply() therefore only takes a
// fact in hand; advance(r) folds those with `replayed` < r, in the order of (replayed, ticket), each at its
// own instant. So facts commute: in any order, repeated or not, with advances between them or not, they fold
// to the same World, as long as advance() has not gone past their `replayed`. One that comes later than that
// is folded at the next advance(), and changes no instant that has been passed.
//
// A fact's points stay in memory from apply() until R has passed them: who folds a long journal calls
// advance(fact.asked.replayed) before each apply(fact), in the order of receipt. After restore() that is not
// needed for facts received before the checkpoint: of their points only those near R and after it are kept.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/agora/sampling.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/timeline/world.h"

namespace agora_exporter::timeline {

struct InsightShown {
  agora::Endpoint source;
  agora::Granularity granularity;
  Seconds lag;  // L
  std::vector<std::string> metrics;
  std::vector<std::string> products;  // {""} for usage
  Seconds delay{0};                   // of the data, by the plan
  Seconds look_back{0};               // by the plan; decides what a cold start may show early
};

struct AppOptions {
  std::string app_id;
  std::string name;
  bool percent_is_fraction = false;
  bool duration_in_seconds = false;  // insight durations; else minutes
  std::vector<InsightShown> insight;
  std::function<bool(const std::string& channel)> wanted;  // empty = every channel
  // Data delay of call/lists: a call listed as unfinished still went on this long before it was asked.
  Seconds list_delay{60};
};

struct TimelineOptions {
  // The planner's objective: what is followed is a sample that stands for all, or as much as can be seen. It
  // decides what the page says, not the weights: those follow from the facts, so that a change of it moves no
  // counter back.
  bool representative = true;
  std::vector<AppOptions> apps;  // facts of other app_ids are ignored
  Seconds lag{};                 // T = R + lag: where insight buckets stand
};

// One thread.
class Timeline {
 public:
  // Starts at R = `start`; nothing at or before it is ever counted or shown.
  static std::unique_ptr<Timeline> make(TimelineOptions options, WorldTime start);
  virtual ~Timeline() = default;

  virtual void apply(const agora::Facts& facts) = 0;
  // Passes all instants up to `r` (>= the last): counters take what lies between.
  virtual void advance(WorldTime r) = 0;
  virtual WorldTime at() const = 0;
  // The counters that World gives "since the process started" begin now, called when what the journal held
  // has been folded: at 0, or where `before` left the apps that it knows.
  virtual void begin_process_counters(const World* before) = 0;
  // The world at R = at().
  virtual std::shared_ptr<const World> world() const = 0;

  // Facts received before this have no effect any more beyond what checkpoint() holds: restore(checkpoint())
  // and the facts received since give the same World, but for the counters "since the process started".
  virtual WallTime needed_since() const = 0;
  // Totals, label sets and the counters of live sessions as of at(). restore() goes before the first apply(),
  // and puts R to the checkpoint's; a timeline whose restore() failed is of no further use.
  virtual std::string checkpoint() const = 0;
  virtual Result<void> restore(const std::string& checkpoint) = 0;
};

}  // namespace agora_exporter::timeline
