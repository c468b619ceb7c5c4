#include "timeline/column.h"

#include <algorithm>

namespace agora_exporter::timeline {

void Column::append(std::span<const std::uint32_t> times, std::span<const double> values,
                    std::uint64_t ticket) {
  // Exact, not doubling: a stream grows by one answer at a time, and most of the memory of the program is
  // here.
  times_.reserve(times_.size() + times.size());
  values_.reserve(values_.size() + values.size());
  times_.insert(times_.end(), times.begin(), times.end());
  values_.insert(values_.end(), values.begin(), values.end());
  const auto end = static_cast<std::uint32_t>(times_.size());
  if (!runs_.empty() && runs_.back().ticket == ticket) {
    runs_.back().end = end;
  } else {
    runs_.push_back({end, ticket});
  }
}

void Column::merge(std::span<const std::uint32_t> times, std::span<const double> values,
                   std::uint64_t ticket) {
  if (times.empty()) return;
  if (times_.empty() || times.front() > times_.back()) return append(times, values, ticket);

  const auto from =
      static_cast<std::size_t>(std::ranges::lower_bound(times_, times.front()) - times_.begin());
  const std::vector<std::uint32_t> held_times(times_.begin() + static_cast<std::ptrdiff_t>(from),
                                              times_.end());
  const std::vector<double> held_values(values_.begin() + static_cast<std::ptrdiff_t>(from), values_.end());
  std::vector<std::uint64_t> held_tickets;
  held_tickets.reserve(held_times.size());
  auto run = std::ranges::upper_bound(runs_, from, {}, [](const Run& r) -> std::size_t { return r.end; });
  for (std::size_t i = from; i < times_.size(); ++i) {
    if (i == run->end) ++run;
    held_tickets.push_back(run->ticket);
  }
  drop_back(from);
  times_.reserve(from + held_times.size() + times.size());
  values_.reserve(from + held_times.size() + times.size());

  const auto one = [](const auto& column, std::size_t i) { return std::span(column).subspan(i, 1); };
  std::size_t held = 0;
  std::size_t added = 0;
  while (held < held_times.size() || added < times.size()) {
    const bool take_held =
        added == times.size() || (held < held_times.size() && held_times[held] < times[added]);
    if (take_held) {
      append(one(held_times, held), one(held_values, held), held_tickets[held]);
      ++held;
      continue;
    }
    const bool both = held < held_times.size() && held_times[held] == times[added];
    if (both && held_tickets[held] > ticket) {
      append(one(held_times, held), one(held_values, held), held_tickets[held]);
    } else {
      append(one(times, added), one(values, added), ticket);
    }
    held += both ? 1 : 0;
    ++added;
  }
}

std::size_t Column::clip(std::uint32_t low, std::uint32_t high, std::uint32_t tolerance,
                         std::uint32_t after) {
  const std::uint32_t far_low = low > tolerance ? low - tolerance : 0;
  const std::uint32_t far_high = high < UINT32_MAX - tolerance ? high + tolerance : UINT32_MAX;
  std::size_t outside = times_.size() - std::max(first_after(far_high), first_after(after));
  if (far_low > 0)
    outside += first_after(far_low - 1) - std::min(first_after(after), first_after(far_low - 1));
  const std::size_t first = low > 0 ? first_after(low - 1) : 0;
  drop_back(std::max(first_after(high), first));
  drop_front(first);
  return outside;
}

void Column::forget_before(std::uint32_t t) {
  const std::size_t after = first_after(t);
  if (after > 1) drop_front(after - 1);
}

std::size_t Column::first_after(std::uint32_t t) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(times_, t) - times_.begin());
}

std::optional<double> Column::shown_at(std::uint32_t t) const {
  std::size_t i = hint_;
  const std::size_t near = std::min(times_.size(), i + 8);
  if (i < times_.size() && times_[i] <= t) {
    while (i + 1 < near && times_[i + 1] <= t) ++i;
    if (i + 1 == near && near < times_.size()) i = first_after(t) - 1;
  } else {
    const std::size_t after = first_after(t);
    if (after == 0) return std::nullopt;
    i = after - 1;
  }
  hint_ = static_cast<std::uint32_t>(i);
  const std::uint32_t p = times_[i];
  if (t - p <= kHoldSeconds) return values_[i];
  if (i + 1 < times_.size() && times_[i + 1] - p <= kGapSeconds) return values_[i];
  return std::nullopt;
}

void Column::drop_front(std::size_t count) {
  if (count == 0) return;
  const auto n = static_cast<std::ptrdiff_t>(count);
  times_.erase(times_.begin(), times_.begin() + n);
  values_.erase(values_.begin(), values_.begin() + n);
  std::erase_if(runs_, [count](const Run& r) { return r.end <= count; });
  for (Run& run : runs_) run.end -= static_cast<std::uint32_t>(count);
  hint_ = hint_ > count ? hint_ - static_cast<std::uint32_t>(count) : 0;
  if (times_.capacity() > 2 * times_.size() + 64) {
    times_.shrink_to_fit();
    values_.shrink_to_fit();
  }
}

void Column::drop_back(std::size_t from) {
  if (from >= times_.size()) return;
  times_.resize(from);
  values_.resize(from);
  while (!runs_.empty() && (runs_.size() > 1 ? runs_[runs_.size() - 2].end : 0) >= from) runs_.pop_back();
  if (!runs_.empty()) runs_.back().end = static_cast<std::uint32_t>(from);
  hint_ = 0;
}

}  // namespace agora_exporter::timeline
