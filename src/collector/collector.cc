#include "agora_exporter/collector/collector.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>

#include "agora_exporter/agora/decode.h"
#include "agora_exporter/base/published.h"
#include "collector/change.h"
#include "collector/credentials.h"
#include "collector/reporting.h"
#include "collector/state.h"

namespace agora_exporter::collector {
namespace {

constexpr Millis kTick{1'000};
constexpr Millis kGrace{8'000};  // for answers in flight at the end
constexpr Millis kStorageRetry{5'000};
constexpr Millis kPrune{3'600'000};
constexpr const char* kOvertaken = "a newer configuration came before this one was in use";

struct Flying {
  planner::Ask ask;
  quota::ScopeKey scope;
  agora::Ticket ticket;
  WallTime sent;
};

// Whether R had passed what was asked for. Where a list has no deadline but "now", nobody waits for it; and a
// further page belongs to a question that has been counted.
bool came_too_late(const Flying& flying, WallTime received) {
  const planner::Ask& ask = flying.ask;
  if (received <= ask.deadline) return false;
  if (const auto* sessions = std::get_if<agora::CallSessionsQuery>(&ask.request.query);
      sessions && sessions->page_no.value_or(1) > 1)
    return false;
  return ask.deadline > flying.sent || agora::endpoint_of(ask.request) != agora::Endpoint::call_lists;
}

class CollectorImpl final : public Collector {
 public:
  CollectorImpl(Options options, Seams seams, std::unique_ptr<State> state)
      : options_(std::move(options)),
        seams_(seams),
        state_(std::move(state)),
        credentials_(options_.config),
        reporting_(options_.version, *state_, seams_.clock) {
    reporting_.started(*state_, seams_.log);
    tick(seams_.clock.now());
  }
  ~CollectorImpl() override { give_up_change("the exporter stops"); }

  void step(WallTime until) override {
    WallTime now = seams_.clock.now();
    tick(now);
    take_change(now);
    now = seams_.clock.now();  // reading the journal anew may have taken minutes
    until = std::min(until, send_what_is_due(now));
    if (options_.publish_every_second) until = std::min(until, now + kTick);
    if (!unwritten_.empty()) until = std::min(until, std::max(storage_retry_, now + Millis{1}));
    for (agora::HttpAnswer& answer : seams_.transport.wait(until)) take(std::move(answer));
  }

  void run() override {
    while (!stopping_) step(WallTime::max());
    // In real time, whatever the clock's speed.
    const SteadyTime last = seams_.clock.steady() + kGrace;
    while (!flying_.empty() && seams_.clock.steady() < last)
      for (agora::HttpAnswer& answer : seams_.transport.wait(seams_.clock.now() + kTick))
        take(std::move(answer));
    flush();
    give_up_change("the exporter stops");
    if (auto kept = state_->ledger->set_stopped(state_->replay->last()); !kept)
      seams_.log.error(kept.error().text());
    seams_.log.info("stopped", {{"unanswered", std::to_string(flying_.size())}});
  }

  void stop() override {
    stopping_ = true;
    seams_.transport.wake();
  }

  void reload(config::Config config, std::function<void(Result<void>)> done) override {
    auto asked = std::make_unique<Change>(Change{std::move(config), std::move(done)});
    const std::unique_ptr<Change> before(asked_.exchange(asked.release()));
    if (before) before->done(failure(kOvertaken));
    seams_.transport.wake();
  }

  void note_reading(bool successful) override { reading_ = successful ? 1 : 0; }

  void publish() override {
    const WallTime now = seams_.clock.now();
    state_->timeline().advance(std::max(state_->timeline().at(), state_->replay->at(now)));
    world_.publish(state_->timeline().world());
    report_.publish(reporting_.make(*state_, now, next_));
  }
  std::shared_ptr<const timeline::World> world() const override { return world_.get(); }
  std::shared_ptr<const report::Report> report() const override { return report_.get(); }

 private:
  void tick(WallTime now);
  WallTime send_what_is_due(WallTime now);
  bool send(planner::Ask ask, WallTime now);
  void take(agora::HttpAnswer answer);
  void note_refusal(const Flying& flying, const agora::Refusal& refusal, WallTime now);
  std::string name_of(const std::string& app_id) const;  // empty for one that is not configured
  void flush();
  void prune(WallTime now);
  void storage_failed(const Error& error, WallTime now);
  void take_change(WallTime now);
  Result<void> change_to(config::Config config);
  void give_up_change(const std::string& why);
  void still_alive();

  // Waits for its turn.
  struct Change {
    config::Config config;
    std::function<void(Result<void>)> done;
  };

  Options options_;
  const Seams seams_;
  const std::unique_ptr<State> state_;
  Credentials credentials_;
  Reporting reporting_;
  std::map<std::uint64_t, Flying> flying_;
  planner::InFlight subjects_;
  std::deque<agora::Facts> unwritten_;  // answers that the disk has not taken yet: not used before
  WallTime storage_retry_{};
  WallTime published_{}, persisted_{}, pruned_{};
  std::uint64_t next_id_ = 1;
  std::string next_;  // what is done next, in words
  std::atomic<bool> stopping_{false};
  Published<timeline::World> world_;
  Published<report::Report> report_;
  std::atomic<Change*> asked_{nullptr};  // owned; from any thread
  std::unique_ptr<Change> change_;       // of which nothing is sent until it is made
  std::atomic<int> reading_{-1};         // how the newest reading of a file went: 1, 0; -1 = known already
};

void CollectorImpl::tick(WallTime now) {
  // A clock set back must not keep these from being done.
  for (WallTime* done : {&published_, &persisted_, &pruned_}) *done = std::min(*done, now);
  storage_retry_ = std::min(storage_retry_, now + kStorageRetry);
  const WorldTime r = state_->replay->at(now);
  // In virtual time an hour may pass between steps; counters take what lies between all the same.
  if (r > state_->timeline().at()) state_->timeline().advance(r);
  if (!unwritten_.empty() && now >= storage_retry_) flush();
  if (now >= persisted_ + kPersistReplayed) {
    persisted_ = now;
    if (auto kept = state_->ledger->set_replayed(r); !kept) storage_failed(kept.error(), now);
  }
  if (now >= pruned_ + kPrune) prune(now);
  if (!options_.publish_every_second || now < published_ + kTick) return;
  published_ = now;
  publish();
}

WallTime CollectorImpl::send_what_is_due(WallTime now) {
  while (!stopping_) {
    if (change_) {
      next_ = "waits for the answers in flight, to take the new configuration";
      return now + kTick;
    }
    if (!unwritten_.empty() || now < storage_retry_) {
      next_ = "waits for the disk";
      return std::max(storage_retry_, now + Millis{1});
    }
    state_->folds->progress.advance(now);
    std::vector<planner::TurnedDown> turned_down;
    planner::Decision decision = planner::decide(state_->policy(), state_->progress(), state_->books.quotas,
                                                 subjects_, now, &turned_down);
    state_->folds->progress.turn_down(turned_down, now);
    if (auto* wait = std::get_if<planner::Wait>(&decision)) {
      next_ = wait->reason;
      return wait->until;
    }
    if (!send(std::move(std::get<planner::Ask>(decision)), now)) return storage_retry_;
  }
  return now;
}

bool CollectorImpl::send(planner::Ask ask, WallTime now) {
  const agora::Endpoint endpoint = agora::endpoint_of(ask.request);
  const quota::ScopeKey scope = ask.account->scope_of(*ask.app);
  quota::Meter& meter = state_->books.quotas.meter(scope, endpoint);
  const agora::Ticket ticket = meter.book(state_->books.quotas.clock(ask.account->name), now);
  if (auto booked = state_->ledger->book({scope, endpoint, ticket, now}); !booked) {
    meter.answered(ticket, now);  // never sent
    storage_failed(booked.error(), now);
    return false;
  }
  seams_.log.debug("asks", {{"request", agora::describe(ask.request)}, {"why", ask.reason}});
  const config::Account& account = credentials_.account(ask.account->name);
  agora::HttpRequest request;
  request.id = next_id_++;
  request.base_url = account.base_url;
  request.target = agora::target_of(ask.request);
  request.credentials = credentials_.of(ask.account->name, seams_.log);
  request.options = account.http;
  subjects_.insert(ask.subjects.begin(), ask.subjects.end());
  const std::uint64_t id = request.id;
  flying_.emplace(id, Flying{std::move(ask), scope, ticket, now});
  seams_.transport.send(std::move(request));
  return true;
}

void CollectorImpl::take(agora::HttpAnswer answer) {
  const auto found = flying_.find(answer.id);
  if (found == flying_.end()) return;
  const Flying flying = std::move(found->second);
  flying_.erase(found);
  for (const std::string& subject : flying.ask.subjects) subjects_.erase(subject);
  const WallTime now = seams_.clock.now();
  const agora::Endpoint endpoint = agora::endpoint_of(flying.ask.request);
  const planner::AccountPolicy& account = *flying.ask.account;
  state_->books.quotas.meter(flying.scope, endpoint).answered(flying.ticket, now);
  if (answer.date) state_->books.quotas.clocks[account.name].learn(flying.sent, now, *answer.date);

  agora::Decoded decoded = agora::decode(flying.ask.request, answer);
  agora::Facts facts{{account.name, flying.ask.request, flying.ticket, flying.sent, now, {}, 1.0},
                     std::move(decoded.body),
                     decoded.todays_server,
                     decoded.skipped_points};
  if (const auto* refusal = std::get_if<agora::Refusal>(&facts.body)) note_refusal(flying, *refusal, now);
  reporting_.answered(account.name, *flying.ask.app, facts, now, seams_.log);
  if (came_too_late(flying, now)) reporting_.missed(flying.ask);
  unwritten_.push_back(std::move(facts));
  flush();
}

void CollectorImpl::note_refusal(const Flying& flying, const agora::Refusal& refusal, WallTime now) {
  using enum agora::ApiError;
  const std::string& account = flying.ask.account->name;
  if (refusal.error == unauthorized) credentials_.forget(account);
  if (refusal.error != rate_quota && refusal.error != day_quota) return;
  const agora::Endpoint endpoint = agora::endpoint_of(flying.ask.request);
  quota::Meter& meter = state_->books.quotas.meter(flying.scope, endpoint);
  quota::Window window = meter.limits().per_minute > 0 ? quota::Window::minute : quota::Window::second;
  if (refusal.error == day_quota) window = quota::Window::day;
  meter.refused(state_->books.quotas.clock(account), now, window, refusal.retry_after);
  if (const auto until = meter.refused_until())
    if (auto kept = state_->ledger->refuse(flying.scope, endpoint, *until); !kept)
      storage_failed(kept.error(), now);
}

std::string CollectorImpl::name_of(const std::string& app_id) const {
  for (const planner::AccountPolicy& account : state_->policy().accounts)
    for (const planner::AppPolicy& app : account.apps)
      if (app.app_id == app_id) return app.name;
  return {};
}

// Journals what waits for it, in order, and only then uses it.
void CollectorImpl::flush() {
  const WallTime now = seams_.clock.now();
  while (!unwritten_.empty()) {
    agora::Facts& facts = unwritten_.front();
    // What R has passed while the answer waited for the disk came too late.
    facts.asked.replayed = std::max(state_->replay->at(now), state_->timeline().at());
    planner::sample(state_->policy(), state_->progress(), state_->books.quotas, now, facts);
    if (auto appended = state_->journal->append(facts, now); !appended) {
      storage_failed(appended.error(), now);
      return;
    }
    reporting_.learned(name_of(facts.asked.request.app_id), facts, state_->folds->fold(facts));
    unwritten_.pop_front();
  }
  if (now >= storage_retry_) reporting_.storage_works(seams_.log);
}

void CollectorImpl::prune(WallTime now) {
  pruned_ = now;
  auto pruned =
      state_->journal->prune(now, state_->folds->needed_since(), [&] { return state_->folds->checkpoint(); });
  if (!pruned) {
    storage_failed(pruned.error(), now);
    return;
  }
  if (!pruned->removed.empty())
    seams_.log.info("pruned the journal", {{"files", std::to_string(pruned->removed.size())}});
  if (pruned->over_size)
    seams_.log.warn("the journal is larger than storage.max_size, and all of it is still needed",
                    {{"bytes", std::to_string(state_->journal->size())}});
}

// A change that touches what is folded waits until no answer is out: reading the journal anew takes the time
// in which they would have come.
void CollectorImpl::take_change(WallTime now) {
  if (const int reading = reading_.exchange(-1); reading >= 0) reporting_.read(reading == 1, now);
  if (std::unique_ptr<Change> newer{asked_.exchange(nullptr)}) {
    if (change_) change_->done(failure(kOvertaken));
    change_ = std::move(newer);
  }
  if (!change_) return;
  const bool idle = flying_.empty() && unwritten_.empty();
  if (!idle && folds_differ(options_.config, change_->config)) return;
  const std::unique_ptr<Change> change = std::move(change_);
  auto done = change_to(std::move(change->config));
  reporting_.reloaded(done, seams_.clock.now(), seams_.log);
  if (options_.publish_every_second) publish();
  change->done(std::move(done));
}

Result<void> CollectorImpl::change_to(config::Config config) {
  if (config.storage_path != options_.config.storage_path)
    return failure("storage.path cannot change while the exporter runs", config.storage_path, "restart it");
  Options options = options_;
  const bool refold = folds_differ(options_.config, config);
  options.config = std::move(config);
  options.on_replayed = [this] { still_alive(); };
  if (refold) {
    if (auto done = change_state(*state_, options, seams_, stopping_); !done) return done;
    // A start that follows a crash must not fall behind what is shown from now on.
    if (auto kept = state_->ledger->set_replayed(state_->replay->last()); !kept)
      storage_failed(kept.error(), seams_.clock.now());
  }
  options_.config = std::move(options.config);
  state_->journal->set_limits(options_.config.max_size, options_.config.retention);
  credentials_ = Credentials(options_.config);
  reporting_.configured(*state_, seams_.log);
  return {};
}

void CollectorImpl::give_up_change(const std::string& why) {
  const std::unique_ptr<Change> asked(asked_.exchange(nullptr));
  for (const auto* change : {asked.get(), change_.get()})
    if (change) change->done(failure(why));
  change_.reset();
}

// A sign of life every second while a long journal is read.
void CollectorImpl::still_alive() {
  const auto last = report_.get();
  if (!last || seams_.clock.steady() < last->heartbeat + kTick) return;
  auto report = std::make_shared<report::Report>(*last);
  report->heartbeat = seams_.clock.steady();
  report_.publish(std::move(report));
}

void CollectorImpl::storage_failed(const Error& error, WallTime now) {
  storage_retry_ = now + kStorageRetry;
  reporting_.storage_failed(error, seams_.log);
}

}  // namespace

Result<std::unique_ptr<Collector>> Collector::open(Options options, Seams seams) {
  auto state = open_state(options, seams.clock, seams.disk);
  if (!state) return failure(state.error());
  return std::make_unique<CollectorImpl>(std::move(options), seams, std::move(*state));
}

}  // namespace agora_exporter::collector
