#include "planner/estimate.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "agora_exporter/agora/sampling.h"
#include "agora_exporter/timeline/timeline.h"
#include "planner/signal.h"

namespace agora_exporter::rehearsal {
namespace {

using timeline::Estimated;

constexpr std::string_view kHuge = "-huge";  // ends the name of that call
constexpr double kHigh = 0.05;               // a bound of the loss histogram
constexpr std::size_t kAudioLoss = 2;        // in kSignalMids

// In the order of kEstimates.
constexpr std::array<Estimated, kWithError> kTotals{
    Estimated::session_seconds, Estimated::audio_playback, Estimated::audio_freeze, Estimated::video_playback,
    Estimated::video_freeze,    Estimated::audio_loss,     Estimated::video_loss};

double seconds_in(const Session& session, WorldTime from, WorldTime to) {
  return static_cast<double>(
      std::max(Seconds{0}, std::min(session.left, to) - std::max(session.joined, from)).count());
}

// What R passes of a session in (begin, end], by the rules of the page: the first point of a stream adds no
// playback.
Amounts truth_of(const Call& call, std::size_t i, Span measured) {
  const Session& session = call.sessions[i];
  const Signal signal(call, i);
  Amounts truth{seconds_in(session, measured.begin, measured.end)};
  signal.for_each_point(measured.begin + Seconds{1}, measured.end, [&](WorldTime t) {
    truth[5] += 1;
    truth[6] += 1;
    truth[7] += signal.value(kAudioLoss, t) / 100 > kHigh ? 1 : 0;
    if (t == session.joined) return;
    truth[1] += static_cast<double>(kSignalEvery.count());
    truth[2] += signal.value(0, t) / 1e3;
    truth[3] += static_cast<double>(kSignalEvery.count());
    truth[4] += signal.value(1, t) / 1e3;
  });
  return truth;
}

// p E[w^2]: what sampling with p makes of a square, on average.
double square_factor(double p) {
  const double whole = std::floor(1 / p), more = 1 / p - whole;
  return p * (whole * whole * (1 - more) + (whole + 1) * (whole + 1) * more);
}

Amounts amounts_of(const timeline::World& world) {
  Amounts amounts{};
  for (const timeline::Totals& row : world.totals) {
    amounts[0] += row.session_seconds;
    amounts[1] += row.audio_playback;
    amounts[2] += row.audio_freeze;
    amounts[3] += row.video_playback;
    amounts[4] += row.video_freeze;
  }
  const auto first_high =
      std::upper_bound(timeline::kLossBounds.begin(), timeline::kLossBounds.end(), kHigh) -
      timeline::kLossBounds.begin();
  for (const timeline::ObservedTotals& row : world.observed) {
    const timeline::Histogram& audio =
        row.histograms[static_cast<std::size_t>(timeline::Observed::audio_loss)];
    amounts[5] += static_cast<double>(audio.count);
    amounts[6] +=
        static_cast<double>(row.histograms[static_cast<std::size_t>(timeline::Observed::video_loss)].count);
    amounts[7] += static_cast<double>(
        std::accumulate(audio.buckets.begin() + first_high, audio.buckets.end(), std::uint64_t{0}));
  }
  return amounts;
}

Amounts errors_of(const timeline::World& world) {
  Amounts errors{};
  const auto& told = world.apps.front().standard_errors;
  for (std::size_t i = 0; told && i < kWithError; ++i)
    errors[i] = (*told)[static_cast<std::size_t>(kTotals[i])];
  return errors;
}

// Who was chosen of those that the answers told of: by the facts, as planner and timeline decide it.
class Choices {
 public:
  void hear(const agora::Facts& facts) {
    const double p = facts.asked.inclusion;
    if (const auto* list = std::get_if<agora::CallList>(&facts.body)) {
      for (const agora::CallEntry& entry : list->calls)
        calls_.try_emplace(entry.call_id, Told{facts.asked.replayed, agora::inclusion_of(entry, p)});
    } else if (const auto* page = std::get_if<agora::SessionPage>(&facts.body)) {
      for (const agora::SessionEntry& entry : page->sessions) sessions_.try_emplace(entry.sid, p);
    }
  }

  void add(const Call& call, Span measured, DayEstimate& day) const {
    const auto found = calls_.find(call.id);
    const Told told = found == calls_.end() ? Told{measured.end, 1} : found->second;
    const WorldTime since = std::clamp(told.replayed, measured.begin, measured.end);
    Amounts sums{}, within{};
    for (std::size_t i = 0; i < call.sessions.size(); ++i) {
      const auto of_call = sessions_.find(call.sid(i));
      const double p = of_call == sessions_.end() ? 1 : of_call->second;
      day.followed.untold += seconds_in(call.sessions[i], measured.begin, since);
      if (agora::is_sampled(call.id, told.p) && agora::is_sampled(call.sid(i), p)) {
        const double weight = agora::weight_of(call.id, told.p) * agora::weight_of(call.sid(i), p);
        day.followed.sampled += seconds_in(call.sessions[i], since, measured.end);
        day.followed.stood_for += weight * seconds_in(call.sessions[i], since, measured.end);
      }
      const Amounts truth = truth_of(call, i, measured);
      for (std::size_t k = 0; k < truth.size(); ++k) {
        day.truth[k] += truth[k];
        sums[k] += truth[k];
        within[k] += (square_factor(p) - 1) * truth[k] * truth[k];
      }
    }
    for (std::size_t k = 0; k < sums.size(); ++k)
      day.variance[k] += square_factor(told.p) * (sums[k] * sums[k] + within[k]) - sums[k] * sums[k];
  }

 private:
  struct Told {
    WorldTime replayed;
    double p = 1;
  };
  std::unordered_map<std::string, Told> calls_;
  std::unordered_map<std::string, double> sessions_;
};

std::unique_ptr<timeline::Timeline> make_timeline(const RideOptions& ride) {
  const planner::AccountPolicy& account = ride.policy.accounts.front();
  timeline::TimelineOptions options;
  options.lag = ride.policy.lag;
  for (const planner::AppPolicy& app : account.apps) {
    timeline::AppOptions& to = options.apps.emplace_back();
    to.app_id = app.app_id;
    to.name = app.name;
    to.list_delay = account.plan.of(agora::Endpoint::call_lists).delay;
  }
  return timeline::Timeline::make(std::move(options), to_world(ride.begin - ride.policy.lag));
}

// A timeline beside the ride, fed as the collector feeds it, and its page at the instants that matter.
class Reader {
 public:
  explicit Reader(const Scenario& scenario)
      : scenario_(scenario),
        measured_(scenario.ride.measured),
        timeline_(make_timeline(scenario.ride)),
        settled_at_(measured_.begin + kSettle) {}

  void hear(const agora::Facts& facts) {
    pass(facts.asked.replayed);
    timeline_->advance(std::max(facts.asked.replayed, timeline_->at()));
    timeline_->apply(facts);
    choices_.hear(facts);
    if (std::holds_alternative<agora::CallList>(facts.body) && measured_.contains(facts.asked.replayed)) {
      Hour& hour = day_.hours.at(hour_of(facts.asked.replayed));
      hour.inclusion += facts.asked.inclusion;
      ++hour.lists;
    }
    if (const auto* query = std::get_if<agora::CallMetricsQuery>(&facts.asked.request.query);
        query && query->call_id.ends_with(kHuge))
      sids_of_huge_.insert(query->sids.begin(), query->sids.end());
  }

  DayEstimate result() {
    pass(measured_.end + kSettle);
    const Amounts error_at_begin = errors_of(*begin_), error_at_end = errors_of(*end_);
    const Amounts at_begin = amounts_of(*begin_), at_end = amounts_of(*end_);
    for (std::size_t i = 0; i < kEstimates.size(); ++i) {
      day_.estimate[i] = at_end[i] - at_begin[i];
      day_.standard_error[i] =
          std::sqrt(std::max(0.0, error_at_end[i] * error_at_end[i] - error_at_begin[i] * error_at_begin[i]));
    }
    for (const Call& call : scenario_.world.apps.front().calls) {
      if (call.created < measured_.end && call.destroyed > measured_.begin)
        choices_.add(call, measured_, day_);
    }
    for (const Hour& hour : day_.hours) {
      day_.followed.known += hour.known;
      day_.followed.missing += hour.missing;
    }
    day_.sids_of_huge = sids_of_huge_.size();
    return day_;
  }

 private:
  // Whether seconds were in hand is settled so long after R has passed them.
  static constexpr Seconds kSettle{301};
  static constexpr Seconds kHour{3'600};

  std::size_t hour_of(WorldTime t) const { return static_cast<std::size_t>((t - measured_.begin) / kHour); }

  // Looks at the page wherever R comes by: as the day begins and ends, and when an hour is settled. In the
  // order of time, since R does not go back.
  void pass(WorldTime r) {
    if (!begin_ && r >= measured_.begin) begin_ = look(measured_.begin);
    settle_to(std::min(r, measured_.end));
    if (!end_ && r >= measured_.end) end_ = look(measured_.end);
    settle_to(std::min(r, measured_.end + kSettle));
  }
  void settle_to(WorldTime r) {
    for (; settled_at_ <= r; settled_at_ += kHour) settle(*look(settled_at_));
  }
  std::shared_ptr<const timeline::World> look(WorldTime at) {
    timeline_->advance(at);
    return timeline_->world();
  }
  void settle(const timeline::World& world) {
    using timeline::SecondsOutcome;
    const auto of = [&](SecondsOutcome outcome) {
      return world.apps.front().session_seconds[static_cast<std::size_t>(outcome)];
    };
    const double missing = of(SecondsOutcome::late) + of(SecondsOutcome::missing),
                 known = missing + of(SecondsOutcome::in_hand);
    if (settled_at_ - kSettle > measured_.begin) {
      Hour& hour = day_.hours.at(hour_of(settled_at_ - kSettle) - 1);
      hour.known = known - known_;
      hour.missing = missing - missing_;
    }
    known_ = known;
    missing_ = missing;
  }

  const Scenario& scenario_;
  const Span measured_;
  Choices choices_;
  std::unique_ptr<timeline::Timeline> timeline_;
  WorldTime settled_at_;
  double known_ = 0, missing_ = 0;  // up to the last hour that was settled
  std::shared_ptr<const timeline::World> begin_, end_;
  DayEstimate day_;
  std::set<std::string> sids_of_huge_;
};

// An hour from ten o'clock on.
Call huge_call(const std::string& app_id, WorldTime midnight, std::uint64_t seed) {
  Volume volume;
  volume.calls_per_day = 1;
  volume.users = 2'000;
  volume.duration = Seconds{3'600};
  volume.users_vary = volume.duration_varies = false;
  const WorldTime ten = midnight + Seconds{36'000};
  Call call = make_app(app_id + std::string(kHuge), volume, {midnight, midnight + kDay}, seed).calls.front();
  const Seconds later = ten - call.created;
  call.id = app_id + std::string(kHuge);
  call.created += later;
  call.destroyed += later;
  for (Session& session : call.sessions) {
    session.joined += later;
    session.left += later;
  }
  return call;
}

}  // namespace

Scenario sampled_day(Sampled world, std::uint64_t seed) {
  // Names are what samples are drawn by: those of each day are its own.
  Scenario scenario = make_scenario(world == Sampled::all_day ? "all-day" : "three-times-over", seed,
                                    "day-" + std::to_string(seed));
  scenario.ride.policy.objective = planner::Objective::representative;
  scenario.api.today = scenario.api.signals = true;
  scenario.ride.end += Seconds{300};  // until what R has passed is settled
  if (world == Sampled::huge) {
    App& app = scenario.world.apps.front();
    Call huge = huge_call(app.app_id, scenario.ride.measured.begin, seed);
    const auto place = std::upper_bound(app.calls.begin(), app.calls.end(), huge.created,
                                        [](WorldTime t, const Call& call) { return t < call.created; });
    app.calls.insert(place, std::move(huge));
  }
  return scenario;
}

DayEstimate estimate_day(Scenario scenario) {
  Reader reader(scenario);
  scenario.ride.heard = [&](const agora::Facts& facts) { reader.hear(facts); };
  const RideResult ridden = ride(scenario.world, scenario.api, scenario.ride);
  DayEstimate day = reader.result();
  for (const Api::Count& count : ridden.counts) day.refused += count.refused;
  return day;
}

std::array<EstimateLine, kEstimates.size()> summary(const std::vector<DayEstimate>& days) {
  std::array<EstimateLine, kEstimates.size()> lines{};
  const auto n = static_cast<double>(days.size());
  const auto relative = [n](double squares, const EstimateLine& line) {
    return std::sqrt(squares / n) / line.truth;
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EstimateLine& line = lines[i];
    double stated = 0, exact = 0, off_by = 0;
    for (const DayEstimate& day : days) {
      const double off = day.estimate[i] - day.truth[i];
      line.truth += day.truth[i] / n;
      line.estimate += day.estimate[i] / n;
      line.covered += std::abs(off) <= 1.96 * day.standard_error[i] ? 1 / n : 0;
      stated += day.standard_error[i] * day.standard_error[i];
      exact += day.variance[i];
      off_by += off * off;
    }
    line.bias = line.estimate / line.truth - 1;
    line.stated = relative(stated, line);
    line.exact = relative(exact, line);
    line.off_by = relative(off_by, line);
  }
  return lines;
}

}  // namespace agora_exporter::rehearsal
