#include "system/same_world.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include "agora_exporter/agora/catalog.h"

namespace agora_exporter::system_tests {
namespace {

// What is compared: a name of one thing that the page shows, and its value in bits or words.
using Shown = std::map<std::string, std::string>;

constexpr std::size_t kMostTold = 8;

std::string text_of(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

void add(Shown& shown, const std::string& name, double value) {
  if (!std::isnan(value)) shown[name] = text_of(value);
}
void add(Shown& shown, const std::string& name, std::uint64_t value) { shown[name] = std::to_string(value); }

void add(Shown& shown, const std::string& name, const timeline::Histogram& histogram) {
  for (std::size_t i = 0; i < histogram.buckets.size(); ++i)
    add(shown, name + " bucket " + std::to_string(i), histogram.buckets[i]);
  add(shown, name + " sum", histogram.sum);
  add(shown, name + " count", histogram.count);
}

void add_sessions(Shown& shown, const timeline::World& world) {
  const auto mids = agora::mids();
  for (const timeline::SessionView& session : world.sessions) {
    const timeline::SessionText& t = *session.text;
    const std::string name = t.app + " session " + t.sid;
    shown[name] = t.channel + "|" + t.call_id + "|" + t.uid + "|" + t.network + "|" + t.platform + "|" +
                  t.sdk_version + "|" + t.device_type + "|" + (t.speaker ? "speaker" : "audience") + "|" +
                  to_iso(session.joined);
    for (std::uint32_t i = session.first_row; i < session.first_row + session.rows; ++i) {
      const timeline::Row& row = world.rows[i];
      const std::string peer = name + " peer " + std::to_string(row.peer_uid);
      add(shown, peer + " audio playback", row.audio_playback);
      add(shown, peer + " audio freeze", row.audio_freeze);
      add(shown, peer + " video playback", row.video_playback);
      add(shown, peer + " video freeze", row.video_freeze);
      for (std::size_t mid = 0; mid < world.values.size(); ++mid)
        add(shown, peer + " mid " + std::to_string(mids[mid].id), world.values[mid][i]);
    }
  }
  for (const timeline::UnknownMid& unknown : world.unknown_mids) {
    const timeline::Row& row = world.rows[unknown.row];
    const timeline::SessionText& t = *world.sessions[row.session].text;
    add(shown,
        t.app + " session " + t.sid + " peer " + std::to_string(row.peer_uid) + " unknown mid " +
            std::to_string(unknown.mid),
        unknown.value);
  }
}

void add_apps(Shown& shown, const timeline::World& world) {
  for (const timeline::AppWorld& app : world.apps) {
    add(shown, app.app + " active calls", app.active_calls);
    add(shown, app.app + " calls of unknown end", app.calls_end_unknown);
    add(shown, app.app + " calls started", app.calls_started);
    add(shown, app.app + " calls ended", app.calls_ended);
    add(shown, app.app + " call duration", app.call_duration);
    for (const timeline::InsightSeries& series : app.insight)
      add(shown,
          app.app + " insight " + std::string(agora::name_of(series.source)) + " " +
              std::to_string(static_cast<int>(series.granularity)) + " " + series.metric + " " +
              series.product + " at " + to_iso(series.bucket),
          series.value);
  }
  for (const timeline::ActiveSessions& active : world.active_sessions)
    add(shown, active.app + " active sessions " + active.platform + "/" + active.network, active.count);
}

void add_totals(Shown& shown, const timeline::World& world) {
  for (const timeline::Totals& t : world.totals) {
    const std::string name = t.app + " total " + t.platform + "/" + t.network + "/" + t.sdk_version + " ";
    add(shown, name + "session seconds", t.session_seconds);
    add(shown, name + "audio playback", t.audio_playback);
    add(shown, name + "audio freeze", t.audio_freeze);
    add(shown, name + "video playback", t.video_playback);
    add(shown, name + "video freeze", t.video_freeze);
  }
  for (const timeline::ObservedTotals& o : world.observed)
    for (std::size_t i = 0; i < o.histograms.size(); ++i)
      add(shown, o.app + " observed " + o.platform + "/" + o.network + " " + std::to_string(i),
          o.histograms[i]);
}

Shown shown_by(const timeline::World& world) {
  Shown shown;
  shown["R"] = to_iso(world.at);
  add_sessions(shown, world);
  add_apps(shown, world);
  add_totals(shown, world);
  return shown;
}

}  // namespace

bool same_world(const timeline::World& a, const timeline::World& b, std::string* difference) {
  const Shown first = shown_by(a), second = shown_by(b);
  if (first == second) return true;
  if (difference == nullptr) return false;
  std::vector<std::string> told;
  for (const auto& [name, value] : first) {
    const auto found = second.find(name);
    if (found == second.end()) {
      told.push_back(name + " is " + value + " in the first only");
    } else if (found->second != value) {
      told.push_back(name + " is " + value + " in the first, " + found->second + " in the second");
    }
  }
  for (const auto& [name, value] : second)
    if (!first.contains(name)) told.push_back(name + " is " + value + " in the second only");
  *difference = std::to_string(told.size()) + " differ:";
  for (std::size_t i = 0; i < told.size() && i < kMostTold; ++i) *difference += "\n  " + told[i];
  return false;
}

}  // namespace agora_exporter::system_tests
