// The points of a stream, computed on the fly: some ten nanoseconds each.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "agora_exporter/simulator/world.h"
#include "simulator/models.h"
#include "simulator/random.h"

namespace agora_exporter::simulator {

// Walks the points of a stream. A point is a function of its index k in the stream alone, so any part can be
// had.
class Series {
 public:
  Series(const WorldOptions& options, const Session& session, const Stream& stream)
      : session_(session),
        stream_(stream),
        model_(models()[stream.model]),
        gaps_(options.gaps),
        planned_(!session.planned.empty() && is_freeze(model_.mid)),
        base_(model_.base_least + static_cast<std::int32_t>(
                                      join(stream.hash, 1) %
                                      static_cast<std::uint64_t>(model_.base_most - model_.base_least + 1))) {
  }

  // f(Unix seconds, digits) for each point in [a, b], ascending.
  template <class F>
  void each(std::int64_t a, std::int64_t b, F&& f) {
    for (const Span& span : stream_.spans) {
      const std::int64_t from = std::max(a, unix_seconds(span.begin));
      const std::int64_t to = std::min(b, unix_seconds(span.end) - 1);
      if (from > to) continue;
      walk(from, to, f);
    }
  }

 private:
  template <class F>
  void walk(std::int64_t from, std::int64_t to, F& f) {
    auto gap = std::lower_bound(session_.gaps.begin(), session_.gaps.end(), from,
                                [](const Span& g, std::int64_t t) { return unix_seconds(g.end) <= t; });
    const auto last_gap = session_.gaps.end();
    // An uneven point comes up to a second late: begin one index early.
    std::int64_t k = std::max<std::int64_t>(0, (from - stream_.origin) / stream_.step - 1);
    for (std::int64_t t = stream_.origin + k * stream_.step; t <= to; ++k, t += stream_.step) {
      if (k >> 4 != block_) enter_block(k >> 4);
      const std::uint64_t h = join(stream_.hash, static_cast<std::uint64_t>(k));
      const std::int64_t at = t + (stream_.uneven ? static_cast<std::int64_t>(h >> 62 == 0) : 0);
      if (at < from) continue;
      if (at > to) break;
      if (gap != last_gap && at >= unix_seconds(gap->begin)) {
        while (gap != last_gap && at >= unix_seconds(gap->end)) ++gap;
        if (gap != last_gap && at >= unix_seconds(gap->begin)) continue;
      }
      if (gaps_ && (lost_block_ || (h >> 40 & 0x3ff) < 3)) continue;
      const std::int64_t value = digits(k & 15, h);
      f(at, planned_ ? frozen_longer(at, value) : value);
    }
  }

  std::int64_t digits(std::int64_t place, std::uint64_t h) const {
    if (model_.ladder != 0) return rung_;
    const std::int64_t slow = (slow_here_ * (16 - place) + slow_next_ * place) >> 4;  // 12 bits
    const auto white = static_cast<std::int64_t>(h & 0xffff);
    const std::int64_t value = base_here_ + ((model_.swing * slow) >> 12) + ((model_.noise * white) >> 16);
    return std::clamp<std::int64_t>(value, model_.least, model_.most);
  }

  // No freeze lasts longer than the time from point to point, in hundredths of a millisecond.
  std::int64_t frozen_longer(std::int64_t at, std::int64_t value) const {
    for (const FreezeIncident& p : session_.planned) {
      if (at < unix_seconds(p.span.begin) || at >= unix_seconds(p.span.end)) continue;
      const std::int64_t most = std::max<std::int64_t>(model_.most, stream_.step * 100'000);
      value = std::min<std::int64_t>(most, std::llround(static_cast<double>(value) * p.factor));
    }
    return value;
  }

  void enter_block(std::int64_t block) {
    block_ = block;
    const std::uint64_t here = join(stream_.hash ^ 0xb10c, static_cast<std::uint64_t>(block));
    const std::uint64_t next = join(stream_.hash ^ 0xb10c, static_cast<std::uint64_t>(block) + 1);
    slow_here_ = static_cast<std::int64_t>(here & 0xfff);
    slow_next_ = static_cast<std::int64_t>(next & 0xfff);
    lost_block_ = (here >> 32 & 0xff) == 0;
    const std::int64_t begin = stream_.origin + block * 16 * stream_.step;
    std::int64_t severity = 0;
    for (const Incident& i : session_.incidents) {
      if (begin >= unix_seconds(i.span.begin) && begin < unix_seconds(i.span.end)) severity = i.severity;
    }
    base_here_ = base_ + model_.effect * severity / 256;
    if (model_.ladder != 0) {
      const std::int64_t start = static_cast<std::int64_t>(stream_.hash & 1);
      const std::int64_t rung = start + (severity > 128           ? 2
                                         : severity > 0           ? 1
                                         : (here >> 40 & 15) == 0 ? 1
                                                                  : 0);
      rung_ = kLadders[static_cast<std::size_t>(model_.ladder - 1)][static_cast<std::size_t>(rung)];
    }
  }

  const Session& session_;
  const Stream& stream_;
  const Model& model_;
  bool gaps_;
  bool planned_;
  std::int64_t base_;
  // of the block of 16 points
  std::int64_t block_ = -1;
  std::int64_t base_here_ = 0, slow_here_ = 0, slow_next_ = 0, rung_ = 0;
  bool lost_block_ = false;
};

}  // namespace agora_exporter::simulator
