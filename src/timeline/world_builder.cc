#include "timeline/world_builder.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "agora_exporter/agora/catalog.h"

namespace agora_exporter::timeline {
namespace {

class Builder {
 public:
  Builder(const Rules& rules, std::int64_t r, World& world) : rules_(rules), r_(r), world_(world) {}

  void add(const Session& session) {
    if (session.weight() > 0) {
      Weights& weights = weights_[session.app()];
      weights.sum += session.weight();
      ++weights.sessions;
    }
    ++active_[{session.app(), session.labels().platform, session.labels().network}];
    SessionView view;
    view.text = session.text();
    view.joined = world_time(session.joined());
    view.first_row = static_cast<std::uint32_t>(world_.rows.size());
    index_ = static_cast<std::uint32_t>(world_.sessions.size());
    add_row(0);
    for (const Stream& stream : session.streams()) add(stream);
    view.rows = static_cast<std::uint32_t>(world_.rows.size()) - view.first_row;
    world_.sessions.push_back(std::move(view));
  }

  void finish() {
    for (const auto& [app, weights] : weights_)
      world_.apps[app].session_weight =
          static_cast<double>(weights.sum) / static_cast<double>(weights.sessions);
    world_.values.resize(agora::mids().size());
    for (auto& column : world_.values) column.assign(world_.rows.size(), kAbsent);
    for (const Cell& cell : cells_) world_.values[cell.mid_index][cell.row] = cell.value;
    for (const auto& [labels, count] : active_) {
      const auto& [app, platform, network] = labels;
      world_.active_sessions.push_back({rules_.names[app], platform, network, count});
    }
  }

 private:
  struct Weights {
    std::uint64_t sum = 0, sessions = 0;
  };
  struct Cell {
    std::uint32_t mid_index, row;
    double value;
  };

  void add_row(std::uint32_t peer_uid) {
    Row row;
    row.session = index_;
    row.peer_uid = peer_uid;
    world_.rows.push_back(row);
  }

  // Streams come by peer, so that a new peer is a new row; it exists only where it has something to show.
  void add(const Stream& stream) {
    const auto value = stream.points.shown_at(static_cast<std::uint32_t>(r_));
    if (!value && !stream.counting) return;
    if (world_.rows.back().peer_uid != stream.peer_uid) add_row(stream.peer_uid);
    const auto row = static_cast<std::uint32_t>(world_.rows.size()) - 1;
    if (stream.counting) {
      const bool audio = stream.part == Part::audio_freeze;
      Row& counters = world_.rows.back();
      (audio ? counters.audio_playback : counters.video_playback) =
          static_cast<double>(stream.counted.played);
      (audio ? counters.audio_freeze : counters.video_freeze) = stream.counted.frozen.value();
    }
    if (!value) return;
    if (stream.mid_index == kUnknownIndex) {
      world_.unknown_mids.push_back({row, stream.mid, *value});
    } else {
      cells_.push_back({static_cast<std::uint32_t>(stream.mid_index), row, *value * stream.factor});
    }
  }

  const Rules& rules_;
  const std::int64_t r_;
  World& world_;
  std::uint32_t index_ = 0;  // of the session being added
  std::vector<Cell> cells_;
  std::map<std::size_t, Weights> weights_;  // by app
  std::map<std::tuple<std::size_t, std::string, std::string>, std::uint64_t> active_;
};

}  // namespace

void show_sessions(const SessionStore& store, const Rules& rules, std::int64_t r, World& world) {
  Builder builder(rules, r, world);
  for (const auto& [key, session] : store.sessions()) {
    if (session->shown_at(r)) builder.add(*session);
  }
  builder.finish();
}

}  // namespace agora_exporter::timeline
