#include "exposition/totals.h"

#include <array>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "exposition/histogram.h"
#include "exposition/sorted.h"
#include "exposition/text.h"

namespace agora_exporter::exposition {
namespace {

using timeline::AppWorld;
using timeline::World;

// One line an app.
template <class Value>
void write_by_app(const World& world, Fixed which, Value value, Writer& writer) {
  const Family& by_app = family(which);
  writer.head(by_app);
  for (const AppWorld* app : apps_of(world)) {
    writer.line(by_app.name, label_block({{"app", app->app}}), static_cast<double>(value(*app)));
  }
}

void write_call_histogram(const World& world, Fixed which, std::span<const double> bounds,
                          timeline::Histogram AppWorld::*member, Writer& writer) {
  const Family& histogram = family(which);
  writer.head(histogram);
  for (const AppWorld* app : apps_of(world)) {
    std::string labels;
    append_labels(labels, {{"app", app->app}});
    write_histogram(histogram.name, labels, bounds, app->*member, writer);
  }
}

// What a total is depends on the objective, and HELP says it.
void write_total_head(const World& world, const Family& total, Writer& writer) {
  writer.head(total.name, name_of(total.type), world.representative ? total.help : total.coverage_help);
}

void write_total(const World& world, Fixed which, double timeline::Totals::*member, Writer& writer) {
  const Family& total = family(which);
  write_total_head(world, total, writer);
  const auto key = [](const timeline::Totals& t) {
    return std::tie(t.app, t.platform, t.network, t.sdk_version);
  };
  for (const auto* t : sorted_by(world.totals, key)) {
    const auto labels = label_block({{"app", t->app},
                                     {"platform", t->platform},
                                     {"network", t->network},
                                     {"sdk_version", t->sdk_version}});
    if (!std::isnan(t->*member)) writer.line(total.name, labels, t->*member);
  }
}

void write_observed(const World& world, Fixed which, timeline::Observed observed,
                    std::span<const double> bounds, Writer& writer) {
  const Family& histogram = family(which);
  write_total_head(world, histogram, writer);
  const auto key = [](const timeline::ObservedTotals& t) { return std::tie(t.app, t.platform, t.network); };
  for (const auto* t : sorted_by(world.observed, key)) {
    std::string labels;
    append_labels(labels, {{"app", t->app}, {"platform", t->platform}, {"network", t->network}});
    write_histogram(histogram.name, labels, bounds, t->histograms[static_cast<std::size_t>(observed)],
                    writer);
  }
}

// By Estimated: the metric without its prefix and `_total`.
constexpr std::array<std::string_view, timeline::kEstimatedCount> kEstimated{
    "session_seconds",
    "audio_playback_seconds",
    "audio_freeze_seconds",
    "video_playback_seconds",
    "video_freeze_seconds",
    "observed_audio_loss_ratio_count",
    "observed_video_loss_ratio_count",
    "observed_router_round_trip_seconds_count",
    "observed_video_frames_per_second_count"};

void write_standard_errors(const World& world, Writer& writer) {
  const Family& error = family(Fixed::standard_error);
  writer.head(error);
  for (const AppWorld* app : apps_of(world)) {
    if (!app->standard_errors) continue;
    for (std::size_t k = 0; k < kEstimated.size(); ++k)
      writer.line(error.name, label_block({{"app", app->app}, {"total", kEstimated[k]}}),
                  (*app->standard_errors)[k]);
  }
}

}  // namespace

void write_calls(const World& world, Writer& writer) {
  write_by_app(
      world, Fixed::active_calls, [](const AppWorld& a) { return a.active_calls; }, writer);

  const Family& sessions = family(Fixed::active_sessions);
  writer.head(sessions);
  const auto key = [](const timeline::ActiveSessions& a) { return std::tie(a.app, a.platform, a.network); };
  for (const auto* a : sorted_by(world.active_sessions, key)) {
    const auto labels = label_block({{"app", a->app}, {"platform", a->platform}, {"network", a->network}});
    writer.line(sessions.name, labels, static_cast<double>(a->count));
  }

  write_by_app(
      world, Fixed::calls_end_unknown, [](const AppWorld& a) { return a.calls_end_unknown; }, writer);
  write_by_app(
      world, Fixed::calls_started, [](const AppWorld& a) { return a.calls_started; }, writer);
  write_by_app(
      world, Fixed::calls_ended, [](const AppWorld& a) { return a.calls_ended; }, writer);

  write_call_histogram(world, Fixed::call_duration, timeline::kCallDurationBounds, &AppWorld::call_duration,
                       writer);
  write_call_histogram(world, Fixed::call_audio_freeze, timeline::kFreezeBounds, &AppWorld::call_audio_freeze,
                       writer);
  write_call_histogram(world, Fixed::call_video_freeze, timeline::kFreezeBounds, &AppWorld::call_video_freeze,
                       writer);
}

void write_totals(const World& world, Writer& writer) {
  using timeline::Observed, timeline::Totals;
  write_total(world, Fixed::session_seconds, &Totals::session_seconds, writer);
  write_total(world, Fixed::audio_playback, &Totals::audio_playback, writer);
  write_total(world, Fixed::audio_freeze, &Totals::audio_freeze, writer);
  write_total(world, Fixed::video_playback, &Totals::video_playback, writer);
  write_total(world, Fixed::video_freeze, &Totals::video_freeze, writer);
  write_observed(world, Fixed::observed_audio_loss, Observed::audio_loss, timeline::kLossBounds, writer);
  write_observed(world, Fixed::observed_video_loss, Observed::video_loss, timeline::kLossBounds, writer);
  write_observed(world, Fixed::observed_round_trip, Observed::round_trip, timeline::kRoundTripBounds, writer);
  write_observed(world, Fixed::observed_video_frames, Observed::video_frames, timeline::kFramesBounds,
                 writer);
  write_standard_errors(world, writer);
}

}  // namespace agora_exporter::exposition
