// The sums of `check-config`. Every number follows from the file and the plan's limits; nothing is asked.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/config/config.h"
#include "agora_exporter/quota/arithmetic.h"
#include "config/rows.h"
#include "config/values.h"

namespace agora_exporter::config {
namespace {

using agora::Endpoint;

constexpr std::int64_t kDaySeconds = kDay.count();
// A call of three users with every mid in hand, as a rule: each user has its own values and two peers.
constexpr double kSeriesOfThree = 110;

std::int64_t rounded_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Requests that a call of `length` costs at one endpoint: one per useful window, and at least one.
std::int64_t requests_for(Seconds length, Seconds window) {
  return std::max<std::int64_t>(1, rounded_up(length.count(), window.count()));
}

// Share of a call's series that the choice of mids leaves. About remote users: one for each of two peers.
double share_of_series(const Config& config) {
  if (!config.sessions) return 0;
  double all = 0, chosen = 0;
  for (const agora::Mid& mid : agora::mids()) {
    const double weight = mid.about_remote_user ? 2 : 1;
    const bool in =
        config.mids.empty() || std::find(config.mids.begin(), config.mids.end(), mid.id) != config.mids.end();
    all += weight;
    chosen += in ? weight : 0;
  }
  return all == 0 ? 0 : chosen / all;
}

class Sums {
 public:
  explicit Sums(const Config& config) : config_(config), lag_(config.replay_lag()) {}

  std::string text() {
    line("replay lag {}{}", duration_to_text(lag_), config_.lag ? "" : " (auto)");
    for (const Account& account : config_.accounts) {
      line("");
      line("account {}: plan {}, {} app{}, quota per {}", account.name, account.plan.name,
           account.apps.size(), account.apps.size() == 1 ? "" : "s",
           account.quota_per_app ? "app" : "account");
      endpoints(account);
      calls(account);
    }
    return std::move(text_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  void endpoints(const Account& account) {
    line("  {:<16} {:>12} {:>9} {:>9} {:>7}  {}", "endpoint", "asked for", "needed/d", "budget/d", "share",
         "note");
    for (const Endpoint e : agora::kEndpoints) {
      if (agora::is_insight(e)) {
        insight(account, e);
      } else {
        search(account, e);
      }
    }
  }

  void insight(const Account& account, Endpoint e) {
    const agora::Limits& limits = account.plan.of(e);
    const quota::InsightRows rows = rows_of_scope(account, e);
    if (rows.rows() == 0) {
      line("  {:<16} {:>12} {:>9} {:>9} {:>7}  off", agora::name_of(e), "0 rows", 0, limits.per_day, "-");
      return;
    }
    std::string note;
    const auto add_lag = [&](agora::Granularity granularity) {
      const Seconds lag = config_.insight_lag.value_or(quota::insight_lag(limits, granularity, rows));
      note += fmt::format("{}{} shown {} late", note.empty() ? "" : ", ", agora::name_of(granularity),
                          duration_to_text(lag));
      if (lag > limits.look_back)
        note += fmt::format(", beyond the look-back of {}", duration_to_text(limits.look_back));
    };
    if (rows.daily > 0) add_lag(agora::Granularity::day);
    if (rows.hourly > 0) add_lag(agora::Granularity::hour);
    const int days = quota::days_a_request(limits, rows);
    if (days > 1) note += fmt::format(", asked for by {} days", days);
    const double share = static_cast<double>(quota::rows_followed(limits, rows)) / rows.rows();
    line("  {:<16} {:>12} {:>9} {:>9} {:>6.0f}%  {}", agora::name_of(e), fmt::format("{} rows", rows.rows()),
         (rows.rows() + days - 1) / days, limits.per_day, 100 * share, note);
  }

  // What call search costs depends on the calls; lists alone can be told beforehand.
  void search(const Account& account, Endpoint e) {
    const agora::Limits& limits = account.plan.of(e);
    const std::int64_t apps = apps_of_scope(account);
    const Seconds window = quota::useful_window(limits, lag_);
    if (apps == 0) {
      line("  {:<16} {:>12} {:>9} {:>9} {:>7}  off", agora::name_of(e), "nothing", 0, limits.per_day, "-");
    } else if (e == Endpoint::call_lists) {
      const std::int64_t needed = apps * rounded_up(kDaySeconds, window.count());
      const double share = std::min(1.0, static_cast<double>(limits.per_day) / static_cast<double>(needed));
      line("  {:<16} {:>12} {:>9} {:>9} {:>6.0f}%  one per {} and app, more where 100 calls begin in it",
           agora::name_of(e), fmt::format("{} app{}", apps, apps == 1 ? "" : "s"), needed, limits.per_day,
           100 * share, duration_to_text(window));
    } else {
      line("  {:<16} {:>12} {:>9} {:>9} {:>7}  one per call, or group of 20 of it, and {}", agora::name_of(e),
           "each call", "by calls", limits.per_day, "-", duration_to_text(window));
    }
  }

  void calls(const Account& account) {
    if (apps_of_scope(account) == 0) return;
    const agora::Limits& sessions = account.plan.of(Endpoint::call_sessions);
    const agora::Limits& metrics = account.plan.of(Endpoint::call_metrics);
    const Seconds window = quota::useful_window(metrics, lag_);
    const std::int64_t groups = quota::groups_at_once(metrics, lag_);
    const std::string_view each = account.quota_per_app ? " of each app" : "";
    line("  groups of up to 20 sessions of a call at once{}: {}", each, groups);
    for (const Seconds length : {Seconds{600}, Seconds{1'800}, Seconds{3'600}, Seconds{10'800}}) {
      line("  calls of {} a day that fit{}: {}", duration_to_text(length), each,
           calls_a_day(sessions, metrics, window, length));
    }
    const double per_call = kSeriesOfThree * share_of_series(config_);
    const std::int64_t most = calls_a_day(sessions, metrics, window, Seconds{600});
    const double at_once = static_cast<double>(groups) * per_call;
    line("  in calls of 3 users: about {:.0f} series at once, {:.0f} new series a day{}", at_once,
         static_cast<double>(most) * per_call,
         at_once > static_cast<double>(config_.max_series)
             ? fmt::format("; exposition.max_series hides what is above {}", config_.max_series)
             : "");
    sampling(account, most);
  }

  // What becomes of more calls than fit.
  void sampling(const Account& account, std::int64_t most) {
    if (config_.objective == Objective::coverage) {
      line(
          "  of more calls (objective coverage): what brings most session time; totals are of what was "
          "followed");
    } else {
      std::string shares;
      for (const std::int64_t calls : {1'000, 10'000, 100'000}) {
        const double share = std::min(1.0, static_cast<double>(most) / static_cast<double>(calls));
        shares += fmt::format("{} of {} a day {:.3g}%", shares.empty() ? "" : ",", calls, 100 * share);
      }
      line("  share of calls of 10m followed (objective representative; totals stand for all of them):{}",
           shares);
    }
    shares_of_apps(account);
    for (const App& app : account.apps)
      if (app.calls && !app.channels.always.empty())
        line("  always followed, of {}: channels {}", app.name, fmt::join(app.channels.always, ", "));
  }

  void shares_of_apps(const Account& account) {
    double weights = 0;
    for (const App& app : account.apps) weights += app.calls ? app.weight : 0;
    if (account.quota_per_app || apps_of_scope(account) < 2) return;
    std::string shares;
    for (const App& app : account.apps)
      if (app.calls)
        shares +=
            fmt::format("{} {} {:.3g}%", shares.empty() ? "" : ",", app.name, 100 * app.weight / weights);
    line("  shares where every app has more calls than fit:{}", shares);
  }

  std::int64_t calls_a_day(const agora::Limits& sessions, const agora::Limits& metrics, Seconds window,
                           Seconds length) const {
    return std::min(sessions.per_day / requests_for(length, quota::useful_window(sessions, lag_)),
                    metrics.per_day / requests_for(length, window));
  }

  // Apps with calls that share one quota.
  static std::int64_t apps_of_scope(const Account& account) {
    const auto apps =
        std::count_if(account.apps.begin(), account.apps.end(), [](const App& a) { return a.calls; });
    return account.quota_per_app ? std::min<std::int64_t>(apps, 1) : apps;
  }

  const Config& config_;
  const Seconds lag_;
  std::string text_;
};

}  // namespace

std::string feasibility(const Config& config) { return Sums(config).text(); }

}  // namespace agora_exporter::config
