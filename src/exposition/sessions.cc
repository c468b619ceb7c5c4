#include "exposition/sessions.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "agora_exporter/agora/catalog.h"
#include "exposition/text.h"

namespace agora_exporter::exposition {
namespace {

using timeline::Row;
using timeline::World;

// The label text of every shown row, built and escaped once and then copied for each of its series. Lines go
// family by family while texts lie row by row, so they lie close together in one string.
class RowTexts {
 public:
  RowTexts(const World& world, const std::vector<std::uint32_t>& sessions) {
    for (const auto i : sessions) {
      const auto& session = world.sessions[i];
      const auto& text = *session.text;
      std::string common = "{";
      append_labels(common, {{"app", text.app},
                             {"channel", text.channel},
                             {"call_id", text.call_id},
                             {"sid", text.sid},
                             {"uid", text.uid}});
      sessions_.push_back({i, all_.size(), common.size()});
      all_ += common;
      for (auto row = session.first_row; row < session.first_row + session.rows; ++row) {
        const auto begin = all_.size();
        all_ += common;
        all_ += ",peer_uid=\"" + std::to_string(world.rows[row].peer_uid) + "\"}";
        rows_.push_back({row, begin, all_.size() - begin});
      }
    }
  }

  struct Entry {
    std::uint32_t index;  // in World::rows or World::sessions
    std::size_t begin, size;
  };
  const std::vector<Entry>& rows() const { return rows_; }
  const std::vector<Entry>& sessions() const { return sessions_; }
  // A row's is a whole block; a session's lacks the closing brace.
  std::string_view text(const Entry& entry) const { return {all_.data() + entry.begin, entry.size}; }

 private:
  std::string all_;
  std::vector<Entry> rows_, sessions_;
};

void write_info(const World& world, const RowTexts& texts, Writer& writer) {
  const Family& info = family(Fixed::session_info);
  writer.head(info);
  std::string labels;
  for (const auto& entry : texts.sessions()) {
    const auto& text = *world.sessions[entry.index].text;
    labels = texts.text(entry);
    append_labels(labels, {{"network", text.network},
                           {"platform", text.platform},
                           {"sdk_version", text.sdk_version},
                           {"device_type", text.device_type},
                           {"speaker", text.speaker ? "true" : "false"}});
    labels += '}';
    writer.line(info.name, labels, 1);
  }
  const Family& join = family(Fixed::session_join);
  writer.head(join);
  for (const auto& entry : texts.sessions()) {
    labels = texts.text(entry);
    labels += '}';
    writer.line(join.name, labels, static_cast<double>(unix_seconds(world.sessions[entry.index].joined)));
  }
}

void write_mids(const World& world, const Selection& selection, const RowTexts& texts, Writer& writer) {
  const auto& families = mid_families();
  for (std::size_t mid = 0; mid < families.size(); ++mid) {
    writer.head(families[mid]);
    if (!selection.mids[mid] || mid >= world.values.size()) continue;
    const auto& column = world.values[mid];
    const std::string_view name = families[mid].name;
    for (const auto& entry : texts.rows()) {
      if (entry.index >= column.size() || std::isnan(column[entry.index])) continue;
      writer.line(name, texts.text(entry), column[entry.index]);
    }
  }
}

void write_counter(const World& world, const RowTexts& texts, Fixed which, bool shown, double Row::*member,
                   Writer& writer) {
  const Family& counter = family(which);
  writer.head(counter);
  if (!shown) return;
  for (const auto& entry : texts.rows()) {
    const double value = world.rows[entry.index].*member;
    if (!std::isnan(value)) writer.line(counter.name, texts.text(entry), value);
  }
}

void write_unknown(const World& world, const Selection& selection, const RowTexts& texts, Writer& writer) {
  const Family& unknown = family(Fixed::session_unknown_mid);
  writer.head(unknown);
  if (selection.unknown.empty()) return;
  std::vector<std::uint32_t> by_row = selection.unknown;
  const auto key = [&](std::uint32_t i) {
    return std::tie(world.unknown_mids[i].row, world.unknown_mids[i].mid);
  };
  std::sort(by_row.begin(), by_row.end(), [&](auto a, auto b) { return key(a) < key(b); });

  std::string labels;
  for (const auto& entry : texts.rows()) {
    auto at = std::lower_bound(by_row.begin(), by_row.end(), entry.index,
                               [&](auto i, auto row) { return world.unknown_mids[i].row < row; });
    for (; at != by_row.end() && world.unknown_mids[*at].row == entry.index; ++at) {
      const auto& point = world.unknown_mids[*at];
      if (std::isnan(point.value)) continue;
      labels = texts.text(entry);
      labels.pop_back();
      append_labels(labels, {{"mid", std::to_string(point.mid)}});
      labels += '}';
      writer.line(unknown.name, labels, point.value);
    }
  }
}

}  // namespace

void write_sessions(const World& world, const Selection& selection, Writer& writer) {
  const RowTexts texts(world, selection.sessions);
  write_info(world, texts, writer);
  write_mids(world, selection, texts, writer);
  write_counter(world, texts, Fixed::session_audio_playback, selection.audio_counters, &Row::audio_playback,
                writer);
  write_counter(world, texts, Fixed::session_audio_freeze, selection.audio_counters, &Row::audio_freeze,
                writer);
  write_counter(world, texts, Fixed::session_video_playback, selection.video_counters, &Row::video_playback,
                writer);
  write_counter(world, texts, Fixed::session_video_freeze, selection.video_counters, &Row::video_freeze,
                writer);
  write_unknown(world, selection, texts, writer);
}

}  // namespace agora_exporter::exposition
