#include "agora_exporter/timeline/timeline.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "agora_exporter/base/hash.h"
#include "timeline/calls.h"
#include "timeline/estimates.h"
#include "timeline/insight.h"
#include "timeline/receipt.h"
#include "timeline/rules.h"
#include "timeline/session_store.h"
#include "timeline/world_builder.h"

namespace agora_exporter::timeline {
namespace {

class Replay final : public Timeline {
 public:
  Replay(TimelineOptions options, WorldTime start)
      : rules_(std::move(options)),
        tallies_(rules_.ids.size()),
        estimates_(rules_),
        sessions_(rules_, book_, estimates_, tallies_),
        calls_(rules_, tallies_),
        insight_(rules_, unix_seconds(start)),
        at_(unix_seconds(start)) {
    rules_.process_start = at_;
  }

  void apply(const agora::Facts& facts) override {
    const auto app = rules_.by_id.find(facts.asked.request.app_id);
    if (app != rules_.by_id.end()) inbox_.take(facts, app->second, at_);
  }

  void advance(WorldTime r) override {
    const std::int64_t until = std::max(at_, unix_seconds(r));
    // Each fact at its own instant: whom it is about is passed up to there first, so that a jump of days and
    // steps of seconds come to the same.
    Receipt receipt;
    while (inbox_.pop(until, receipt)) fold(receipt, std::max(at_, receipt.replayed));
    sessions_.pass(until);
    calls_.pass(until);
    estimates_.pass(until);
    insight_.pass(until);
    inbox_.forget(at_);
    at_ = until;
  }

  WorldTime at() const override { return world_time(at_); }

  void begin_process_counters(const World* before) override {
    std::ranges::fill(tallies_, Tally{});
    insight_.begin_process_counters();
    if (before != nullptr)
      for (const AppWorld& app : before->apps) go_on_from(app);
  }

  std::shared_ptr<const World> world() const override;

  WallTime needed_since() const override {
    const WallTime now = to_wall(world_time(at_) + rules_.options.lag);
    WallTime since = inbox_.oldest(now);
    since = sessions_.needed_since(at_, since);
    since = calls_.needed_since(at_, since);
    return insight_.needed_since(at_, since);
  }

  std::string checkpoint() const override;
  Result<void> restore(const std::string& checkpoint) override;

 private:
  void go_on_from(const AppWorld& before);
  void fold(const Receipt& receipt, std::int64_t now);
  bool load(const CheckpointRecord& record);

  Rules rules_;
  TotalsBook book_;
  std::vector<Tally> tallies_;  // by app
  Inbox inbox_;
  Estimates estimates_;
  SessionStore sessions_;
  CallStore calls_;
  InsightStore insight_;
  std::int64_t at_;
};

void Replay::go_on_from(const AppWorld& before) {
  const auto name = std::ranges::find(rules_.names, before.app);
  if (name == rules_.names.end()) return;
  const auto app = static_cast<std::size_t>(name - rules_.names.begin());
  Tally& tally = tallies_[app];
  for (std::size_t k = 0; k < tally.seconds.size(); ++k)
    tally.seconds[k] = static_cast<std::uint64_t>(before.session_seconds[k]);
  tally.late = before.points_dropped.at("late");
  tally.outside_session = before.points_dropped.at("outside_session");
  tally.unknown_mid = before.points_dropped.at("unknown_mid");
  tally.malformed = before.points_dropped.at("malformed");
  for (const InsightLag& counted : before.insight_lags) insight_.go_on_from(app, counted);
}

void Replay::fold(const Receipt& receipt, std::int64_t now) {
  if (receipt.replayed >= rules_.process_start) tallies_[receipt.app].malformed += receipt.malformed_points;
  if (const auto* list = std::get_if<agora::CallList>(&receipt.body)) {
    calls_.fold(*list, receipt, now);
  } else if (const auto* listing = std::get_if<Listing>(&receipt.body)) {
    const std::uint32_t of_call = calls_.weight(listing->call_id, receipt, now);
    const std::int64_t ended = sessions_.fold(*listing, of_call, receipt, now);
    const bool goes_on = std::ranges::any_of(listing->sessions, [](const auto& s) { return !s.finished; });
    const bool is_news = receipt.replayed >= rules_.restored_at;
    calls_.asked_about(listing->call_id, receipt, now, is_news ? ended : 0,
                       goes_on ? std::optional(unix_seconds(receipt.frame.end)) : std::nullopt);
  } else if (const auto* batch = std::get_if<PointBatch>(&receipt.body)) {
    sessions_.fold(*batch, receipt, now);
  } else if (const auto* answer = std::get_if<InsightAnswer>(&receipt.body)) {
    insight_.fold(*answer, receipt, now);
  }
}

std::shared_ptr<const World> Replay::world() const {
  auto world = std::make_shared<World>();
  world->at = at();
  for (std::size_t i = 0; i < rules_.names.size(); ++i) {
    AppWorld& app = world->apps.emplace_back();
    const Tally& tally = tallies_[i];
    app.app = rules_.names[i];
    for (std::size_t k = 0; k < tally.seconds.size(); ++k) {
      app.session_seconds[k] = static_cast<double>(tally.seconds[k]);
    }
    app.points_dropped = {{"late", tally.late},
                          {"outside_session", tally.outside_session},
                          {"unknown_mid", tally.unknown_mid},
                          {"malformed", tally.malformed}};
  }
  show_sessions(sessions_, rules_, at_, *world);

  std::unordered_map<std::uint64_t, std::int64_t> ends;  // by app and call
  for (const auto& [key, session] : sessions_.sessions()) {
    if (!session->text()) continue;
    auto& end = ends.try_emplace(stable_hash(session->text()->call_id, key.first), INT64_MIN).first->second;
    end = std::max(end, session->end());
  }
  const auto end_of = [&](std::size_t app, const std::string& call_id) -> std::optional<std::int64_t> {
    const auto it = ends.find(stable_hash(call_id, app));
    return it == ends.end() ? std::nullopt : std::optional(it->second);
  };
  calls_.show(at_, end_of, world->apps);
  insight_.show(at_, world->apps);
  book_.show(rules_.names, *world);
  world->representative = rules_.options.representative;
  if (world->representative) estimates_.show(world->apps);
  return world;
}

std::string Replay::checkpoint() const {
  CheckpointWriter out;
  out.record("at").number(at_);
  book_.save(rules_.ids, out);
  calls_.save(out);
  sessions_.save(out);
  estimates_.save(out);
  insight_.save(out);
  return std::move(out).finish();
}

bool Replay::load(const CheckpointRecord& record) {
  if (record.name() == "totals") return book_.load_totals(rules_.by_id, record);
  if (record.name() == "observed") return book_.load_observed(rules_.by_id, record);
  if (record.name() == "calls") return calls_.load(record);
  if (record.name() == "call freezes") return calls_.load_freezes(record);
  if (record.name() == "call") return calls_.load_call(record, at_);
  if (record.name() == "error") return estimates_.load_app(record);
  if (record.name() == "call error") return estimates_.load_call(record);
  if (record.name() == "sample") return sessions_.load_sample(record, at_);
  if (record.name() == "label") return sessions_.load_label(record);
  if (record.name() == "stream") return sessions_.load_stream(record, at_);
  if (record.name() == "insight") return insight_.load(record);
  return false;
}

Result<void> Replay::restore(const std::string& checkpoint) {
  const auto records = read_checkpoint(checkpoint);
  if (!records) return failure(records.error());
  if (records->empty() || records->front().name() != "at") return failure("it has no instant", "checkpoint");
  const auto at = records->front().number<std::int64_t>();
  if (!records->front().complete() || at < 0) return failure("its instant is malformed", "checkpoint");
  at_ = at;
  rules_.process_start = at;
  rules_.restored_at = at;
  insight_.restart_at(at);
  for (std::size_t i = 1; i < records->size(); ++i) {
    const CheckpointRecord& record = (*records)[i];
    if (!load(record)) return failure("its record " + std::to_string(i + 1) + " is malformed", "checkpoint");
  }
  return {};
}

}  // namespace

std::unique_ptr<Timeline> Timeline::make(TimelineOptions options, WorldTime start) {
  return std::make_unique<Replay>(std::move(options), start);
}

}  // namespace agora_exporter::timeline
