#include "system/truth_check.h"

#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "agora_exporter/agora/catalog.h"
#include "system/truth_activity.h"

namespace agora_exporter::system_tests {
namespace {

using SeriesKey = std::tuple<std::string, std::uint32_t, std::uint32_t>;  // sid, mid, peer

std::string words(const SeriesKey& key) {
  return "sid " + std::get<0>(key) + " mid " + std::to_string(std::get<1>(key)) + " peer " +
         std::to_string(std::get<2>(key));
}

std::map<SeriesKey, double> shown_series(const timeline::World& world, const std::string& app) {
  std::map<SeriesKey, double> series;
  const auto mids = agora::mids();
  for (const timeline::SessionView& session : world.sessions) {
    if (session.text->app != app) continue;
    for (std::uint32_t row = session.first_row; row < session.first_row + session.rows; ++row)
      for (std::size_t mid = 0; mid < mids.size(); ++mid)
        if (!std::isnan(world.values[mid][row]))
          series[{session.text->sid, mids[mid].id, world.rows[row].peer_uid}] = world.values[mid][row];
  }
  for (const timeline::UnknownMid& unknown : world.unknown_mids) {
    const timeline::Row& row = world.rows[unknown.row];
    const timeline::SessionView& session = world.sessions[row.session];
    if (session.text->app == app) series[{session.text->sid, unknown.mid, row.peer_uid}] = unknown.value;
  }
  return series;
}

// Truth is in percent whatever the server sends.
double scaled(std::uint32_t mid, double value) {
  const auto index = agora::mid_index(mid);
  return index ? value * agora::factor_of(agora::mids()[*index].scale, false) : value;
}

bool same(double a, double b) { return std::abs(a - b) <= 1e-12 * std::max(1.0, std::abs(b)); }

bool same_labels(const timeline::SessionView& view, const simulator::TruthSession& truth) {
  const simulator::Session& real = truth.session;
  const timeline::SessionText& text = *view.text;
  return view.joined == real.joined && text.uid == std::to_string(real.uid) && text.network == real.network &&
         text.platform == real.platform && text.sdk_version == real.sdk_version &&
         text.device_type == real.device_type && text.call_id == truth.call_id &&
         text.channel == truth.channel && text.speaker == real.speaker;
}

void compare_sessions(const timeline::World& world, const simulator::Truth& truth,
                      const TruthOptions& options, Difference& to) {
  std::map<std::string, const simulator::TruthSession*> sessions;
  for (const simulator::TruthSession& session : truth.sessions) sessions[session.session.sid] = &session;
  std::set<std::string> shown;
  for (const timeline::SessionView& view : world.sessions) {
    if (view.text->app != options.app_name) continue;
    shown.insert(view.text->sid);
    const auto found = sessions.find(view.text->sid);
    if (found == sessions.end()) {
      to.wrong.push_back("session " + view.text->sid + " of call " + view.text->call_id + " is not there");
    } else if (!same_labels(view, *found->second)) {
      to.wrong.push_back("labels or join time of session " + view.text->sid);
    }
  }
  for (const auto& [sid, session] : sessions)
    if (is_expected(*session, options) && !shown.contains(sid))
      to.missing.push_back("session " + sid + " of call " + session->call_id + ", joined " +
                           to_iso(session->session.joined) + ", left " + to_iso(session->session.left));
}

void compare_series(const timeline::World& world, const simulator::Truth& truth, const TruthOptions& options,
                    Difference& to) {
  std::map<SeriesKey, double> series = shown_series(world, options.app_name);
  for (const simulator::TruthSeries& real : truth.series) {
    const simulator::TruthSession& session = truth.sessions[real.session];
    const SeriesKey key{session.session.sid, real.mid, real.peer_uid};
    const auto found = series.find(key);
    ++to.series;
    if (found == series.end()) {
      if (is_expected(session, options) && real.point > options.points_after)
        to.missing.push_back(words(key) + " of call " + session.call_id + ", point " + to_iso(real.point));
      continue;
    }
    if (!same(found->second, scaled(real.mid, real.value)))
      to.wrong.push_back(words(key) + " is " + std::to_string(found->second) + ", not " +
                         std::to_string(scaled(real.mid, real.value)));
    series.erase(found);
  }
  for (const auto& [key, value] : series) to.wrong.push_back(words(key) + " is not there");
}

}  // namespace

std::string Difference::text(std::size_t most) const {
  std::string text;
  const auto list = [&](const char* what, const std::vector<std::string>& items) {
    if (items.empty()) return;
    text += std::to_string(items.size()) + " " + what + ":";
    for (std::size_t i = 0; i < items.size() && i < most; ++i) text += "\n  " + items[i];
    text += "\n";
  };
  list("wrong", wrong);
  list("missing", missing);
  return text;
}

bool is_expected(const simulator::TruthSession& session, const TruthOptions& options) {
  return session.session.joined > options.began_after && session.call_created > options.began_after;
}

Difference compare(const timeline::World& world, const simulator::Truth& truth, const TruthOptions& options) {
  Difference difference;
  compare_sessions(world, truth, options, difference);
  compare_series(world, truth, options, difference);
  compare_calls(world, truth, options, difference);
  compare_active_sessions(world, truth, options, difference);
  return difference;
}

}  // namespace agora_exporter::system_tests
