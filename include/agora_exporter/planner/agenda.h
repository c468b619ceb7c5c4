// Calls in the order in which something of them is due: by the oldest instant of the world that is missing. A
// value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "agora_exporter/base/time.h"

namespace agora_exporter::planner {

class Agenda {
 public:
  static constexpr Seconds kSlot{10};

  // From when on something of the call is missing; nothing = it is taken off.
  void set(const std::string& call, std::optional<WorldTime> from) {
    const auto found = from_.find(call);
    if (found != from_.end()) {
      if (from && found->second == *from) return;
      leave_slot(found->second);
      order_.erase({found->second, call});
      if (!from) {
        from_.erase(found);
        return;
      }
      found->second = *from;
    } else if (from) {
      from_.emplace(call, *from);
    } else {
      return;
    }
    order_.emplace(*from, call);
    ++slots_[slot_of(*from)];
  }

  std::optional<WorldTime> of(const std::string& call) const {
    const auto found = from_.find(call);
    return found == from_.end() ? std::nullopt : std::optional{found->second};
  }

  // Oldest first: visit(from, call), while it gives true.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [from, call] : order_)
      if (!visit(from, call)) return;
  }
  // From an instant on, or backwards from it.
  template <class Visit>
  void for_each_since(WorldTime t, Visit visit) const {
    for (auto it = order_.lower_bound({t, {}}); it != order_.end(); ++it)
      if (!visit(it->first, it->second)) return;
  }
  template <class Visit>
  void for_each_before(WorldTime t, Visit visit) const {
    for (auto it = order_.lower_bound({t, {}}); it != order_.begin();) {
      --it;
      if (!visit(it->first, it->second)) return;
    }
  }
  // How many are due together, oldest first: visit(end of a slot, calls in it).
  template <class Visit>
  void for_each_slot(Visit visit) const {
    for (const auto& [slot, calls] : slots_) visit(WorldTime{(slot + 1) * kSlot}, calls);
  }
  std::size_t size() const { return order_.size(); }

 private:
  static std::int64_t slot_of(WorldTime t) {
    return std::chrono::floor<Seconds>(t.time_since_epoch()).count() / kSlot.count();
  }
  void leave_slot(WorldTime t) {
    const auto slot = slots_.find(slot_of(t));
    if (--slot->second == 0) slots_.erase(slot);
  }

  std::unordered_map<std::string, WorldTime> from_;
  std::set<std::pair<WorldTime, std::string>> order_;
  std::map<std::int64_t, int> slots_;
};

}  // namespace agora_exporter::planner
