#include "collector/reporting.h"

#include <algorithm>

#include "agora_exporter/planner/forecast.h"

namespace agora_exporter::collector {
namespace {

using agora::Endpoint;

bool uses(const planner::AppPolicy& app, Endpoint endpoint) {
  if (!agora::is_insight(endpoint)) return app.calls;
  return std::any_of(app.rows.begin(), app.rows.end(),
                     [&](const planner::RowPolicy& row) { return row.key.source == endpoint; });
}

bool has_access(const State& state, const std::string& account, Endpoint endpoint, WallTime now) {
  const std::int64_t refused = state.progress().endpoints.at({account, endpoint}).no_access_day;
  return refused < utc_day(state.quotas().clock(account).estimate(now));
}

std::string words_of(const agora::Body& body) {
  if (const auto* refusal = std::get_if<agora::Refusal>(&body))
    return std::string(agora::name_of(refusal->error)) + ": " + refusal->message;
  if (const auto* undecodable = std::get_if<agora::Undecodable>(&body))
    return "malformed: " + undecodable->reason;
  return {};
}

}  // namespace

Reporting::Reporting(const std::string& version, const State& state, const Clock& clock)
    : clock_(clock), version_(version), started_(clock.now()), metrics_(version, state.policy().lag) {
  metrics_.reloaded(true, started_);
}

void Reporting::configured(const State& state, Log& log) {
  const WallTime now = clock_.now();
  const planner::Policy& policy = state.policy();
  if (std::exchange(lag_, policy.lag) != policy.lag) since_.clear();
  std::set<std::string> accounts, apps;
  std::map<std::string, WallTime> since;
  for (const planner::AccountPolicy& account : policy.accounts) {
    accounts.insert(account.name);
    for (const planner::AppPolicy& app : account.apps) {
      metrics_.app(app.name);
      apps.insert(app.name);
      const auto known = since_.find(app.app_id);
      since[app.app_id] = known == since_.end() ? now : known->second;
    }
  }
  since_ = std::move(since);
  std::erase_if(troubles_,
                [&](const auto& trouble) { return !accounts.contains(std::get<0>(trouble.first)); });
  metrics_.only(std::move(accounts), std::move(apps));
  metrics_.replay_lag(policy.lag);
  for (const auto& [key, spent] : state.start.assumed_spent) {
    const std::int64_t day = utc_day(state.quotas().clock(key.first).estimate(now));
    if (!assumed_spent_.try_emplace(key, Assumed{day, spent}).second || spent == 0) continue;
    log.warn(
        "no ledger: the elapsed share of today's quota counts as spent (--quota.assume-fresh says "
        "otherwise)",
        {{"account", key.first},
         {"endpoint", std::string(agora::name_of(key.second))},
         {"requests", std::to_string(spent)}});
  }
}

void Reporting::reloaded(const Result<void>& done, WallTime now, Log& log) {
  metrics_.reloaded(done.has_value(), now);
  if (done) {
    log.info("the new configuration is in use");
  } else {
    log.error("the old configuration stays", {{"error", done.error().text()}});
  }
}

void Reporting::started(const State& state, Log& log) {
  log_ = &log;
  metrics_.journal_damaged(state.start.journal.damaged_records);
  log.info("replays the journal", {{"records", std::to_string(state.start.journal.records)},
                                   {"damaged", std::to_string(state.start.journal.damaged_records)},
                                   {"lag", to_text(state.policy().lag)},
                                   {"shows", to_iso(state.replay->last())}});
  for (const std::string& file : state.start.journal.files_set_aside)
    log.error("a journal file is damaged and was set aside", {{"file", file}});
  if (!state.ledger->state_at_open().set_aside.empty())
    log.error("the ledger could not be read and was set aside",
              {{"file", state.ledger->state_at_open().set_aside},
               {"quota", state.start.ledger_rebuilt ? "rebuilt from the journal"
                                                    : "the elapsed share of today counts as spent"}});
  configured(state, log);
}

void Reporting::answered(const std::string& account, const planner::AppPolicy& app, const agora::Facts& facts,
                         WallTime now, Log& log) {
  const Endpoint endpoint = agora::endpoint_of(facts.asked.request);
  metrics_.request(account, endpoint, agora::result_of(facts.body), now - facts.asked.asked_at);
  const std::string words = words_of(facts.body);
  if (words.empty()) {
    metrics_.last_success(app.name, endpoint, now);
    answers_again(account, endpoint, {}, log);
    answers_again(account, endpoint, app.name, log);
    return;
  }
  const auto* refusal = std::get_if<agora::Refusal>(&facts.body);
  const bool of_app = refusal && refusal->error == agora::ApiError::forbidden;
  Trouble& trouble = troubles_[{account, endpoint, of_app ? app.name : std::string{}}];
  ++trouble.count;
  if (trouble.error == words) return;  // said once; the count follows when it answers again
  trouble.error = words;
  const bool lacking = refusal && refusal->error == agora::ApiError::no_access;
  log.warn(lacking ? "the plan lacks this endpoint: it is left alone until the next UTC day"
                   : "an API request failed",
           {{"account", account},
            {"endpoint", std::string(agora::name_of(endpoint))},
            {"request", agora::describe(facts.asked.request)},
            {"error", words}});
}

void Reporting::answers_again(const std::string& account, Endpoint endpoint, const std::string& app,
                              Log& log) {
  const auto found = troubles_.find({account, endpoint, app});
  if (found == troubles_.end()) return;
  log.info("answers again", {{"account", account},
                             {"endpoint", std::string(agora::name_of(endpoint))},
                             {"after_errors", std::to_string(found->second.count)}});
  troubles_.erase(found);
}

void Reporting::missed(const planner::Ask& ask) {
  metrics_.deadline_missed(ask.app->name, agora::endpoint_of(ask.request));
}

void Reporting::learned(const std::string& app, const agora::Facts& facts, const planner::Learned& learned) {
  if (std::holds_alternative<agora::CallList>(facts.body))
    metrics_.sampling(app, "call", facts.asked.inclusion);
  if (std::holds_alternative<agora::SessionPage>(facts.body))
    metrics_.sampling(app, "session", facts.asked.inclusion);
  for (std::size_t i = 0; i < learned.followed.size(); ++i) metrics_.call(app, "followed");
  for (std::size_t i = 0; i < learned.sampled_out.size(); ++i) metrics_.call(app, "sampled_out");
  for (std::size_t i = 0; i < learned.failed.size(); ++i) metrics_.call(app, "failed");
  if (learned.list_truncated) metrics_.list_truncated(app);
}

void Reporting::storage_failed(const Error& error, Log& log) {
  if (storage_error_ == error.text()) return;
  storage_error_ = error.text();
  log.error("the state folder cannot be written; nothing is asked until it can", {{"error", storage_error_}});
}

void Reporting::storage_works(Log& log) {
  if (storage_error_.empty()) return;
  storage_error_.clear();
  log.info("the state folder can be written again");
}

void Reporting::endpoint_values(const State& state, const planner::AccountPolicy& account, WallTime now) {
  const quota::ServerClock& clock = state.quotas().clock(account.name);
  metrics_.advised_lag(account.name, planner::advised_lag(state.policy(), account, state.progress(), now));
  for (const Endpoint endpoint : agora::kEndpoints) {
    metrics_.access(account.name, endpoint, has_access(state, account.name, endpoint, now));
    for (const quota::Window window : {quota::Window::second, quota::Window::minute, quota::Window::day}) {
      int limit = 0, used = 0;
      for (const auto& [key, meter] : state.quotas().meters) {
        if (key.first.account != account.name || key.second != endpoint) continue;
        limit += meter.limit(window);
        used += meter.used(clock, now, window);
      }
      metrics_.quota(account.name, endpoint, window, limit, used);
    }
    metrics_.pace(account.name, endpoint,
                  planner::pace(state.policy(), account, endpoint, state.progress(), state.quotas(), now));
  }
}

bool Reporting::is_up(const State& state, const planner::AccountPolicy& account,
                      const planner::AppPolicy& app, WallTime now) const {
  for (const Endpoint endpoint : agora::kEndpoints) {
    if (!uses(app, endpoint) || !has_access(state, account.name, endpoint, now)) continue;
    if (state.progress().endpoints.at({account.name, endpoint}).last_ok == false) return false;
    if (state.progress().apps.at(app.app_id).forbidden[static_cast<std::size_t>(endpoint)].failures > 0)
      return false;
  }
  return !is_overdue(state, account, app, now);
}

// Whether something is overdue by more than the lag. An instant t of calls is due at t + lag; what was due
// before the app was configured has as long from there.
bool Reporting::is_overdue(const State& state, const planner::AccountPolicy& account,
                           const planner::AppPolicy& app, WallTime now) const {
  const auto had = [&](Endpoint endpoint) { return has_access(state, account.name, endpoint, now); };
  const WallTime since = since_.at(app.app_id);
  if (app.calls && now > since + state.policy().lag && had(Endpoint::call_lists)) {
    const WorldTime least = to_world(now) - 2 * state.policy().lag;
    const planner::Covered covered =
        planner::covered(state.policy(), account, app, state.progress(), state.quotas(), now);
    if (covered.lists < least) return true;
    if (had(Endpoint::call_sessions) && covered.sessions < least) return true;
    if (had(Endpoint::call_sessions) && had(Endpoint::call_metrics) && covered.metrics < least) return true;
  }
  // A row is asked for once a day: after a start its turn may be as far off.
  if (now <= since + kDay + state.policy().lag) return false;
  for (const Endpoint endpoint : {Endpoint::insight_usage, Endpoint::insight_quality}) {
    if (!uses(app, endpoint) || !had(endpoint)) continue;
    const auto due = planner::insight_due_since(state.policy(), account, app, endpoint, state.progress(),
                                                state.quotas(), now);
    if (due && now > *due + state.policy().lag) return true;
  }
  return false;
}

void Reporting::app_values(const State& state, const planner::AccountPolicy& account,
                           const planner::AppPolicy& app, WallTime now) {
  metrics_.up(account.name, app.name, is_up(state, account, app, now));
  const planner::AppProgress& progress = state.progress().apps.at(app.app_id);
  if (app.calls && progress.listed_at != WallTime{}) {
    const planner::Covered covered =
        planner::covered(state.policy(), account, app, state.progress(), state.quotas(), now);
    metrics_.newest_data(app.name, "call_lists", covered.lists);
    metrics_.newest_data(app.name, "call_sessions", covered.sessions);
    metrics_.newest_data(app.name, "call_metrics", covered.metrics);
  }
  const auto insight = [&](Endpoint endpoint, const char* source) {
    const WorldTime end = progress.newest_frame_end[static_cast<std::size_t>(endpoint)];
    if (end != WorldTime{}) metrics_.newest_data(app.name, source, end);
  };
  insight(Endpoint::insight_usage, "usage");
  insight(Endpoint::insight_quality, "quality");
}

report::Status Reporting::status(const State& state, WallTime now, const std::string& next) {
  report::Status status;
  status.version = version_;
  status.started = started_;
  status.lag = state.policy().lag;
  status.replayed = true;
  status.storage_error = storage_error_;
  status.next = next;
  const planner::Readiness readiness =
      planner::readiness(state.policy(), state.progress(), state.quotas(), now);
  if (!ready_at_ && readiness.ready()) {
    ready_at_ = now;
    if (log_) log_->info("the page is complete", {{"shows", to_iso(state.replay->last())}});
  }
  status.ready = ready_at_.has_value();
  status.complete_at = ready_at_;
  if (!status.ready) {
    status.waiting_for = readiness.waiting_for;
    status.complete_at = now + readiness.rest;
  }
  for (const planner::AccountPolicy& account : state.policy().accounts) {
    const quota::ServerClock& clock = state.quotas().clock(account.name);
    for (const Endpoint endpoint : agora::kEndpoints) {
      report::EndpointStatus& to = status.endpoints.emplace_back();
      to.account = account.name;
      to.endpoint = endpoint;
      to.access = has_access(state, account.name, endpoint, now);
      for (const auto& [key, meter] : state.quotas().meters) {
        if (key.first.account != account.name || key.second != endpoint) continue;
        to.limit_today += meter.limit(quota::Window::day);
        to.used_today += meter.used(clock, now, quota::Window::day);
      }
      const auto assumed = assumed_spent_.find({account.name, endpoint});
      if (assumed != assumed_spent_.end() && utc_day(clock.estimate(now)) == assumed->second.day)
        to.assumed_spent = assumed->second.count;
      // The endpoint's own trouble sorts before that of an app.
      const auto trouble = troubles_.lower_bound({account.name, endpoint, {}});
      if (trouble == troubles_.end() || std::get<0>(trouble->first) != account.name ||
          std::get<1>(trouble->first) != endpoint)
        continue;
      const std::string& of_app = std::get<2>(trouble->first);
      to.last_error = (of_app.empty() ? "" : of_app + ": ") + trouble->second.error;
      to.errors = trouble->second.count;
    }
  }
  return status;
}

std::shared_ptr<const report::Report> Reporting::make(const State& state, WallTime now,
                                                      const std::string& next) {
  for (const planner::AccountPolicy& account : state.policy().accounts) {
    endpoint_values(state, account, now);
    for (const planner::AppPolicy& app : account.apps) app_values(state, account, app, now);
  }
  auto report = std::make_shared<report::Report>();
  report->status = status(state, now, next);
  report->families = metrics_.collect();
  report->heartbeat = clock_.steady();
  return report;
}

}  // namespace agora_exporter::collector
