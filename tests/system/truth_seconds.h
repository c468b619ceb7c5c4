// What is absent is counted: the session seconds that the page accounts for, against those of the world.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agora_exporter/simulator/world.h"
#include "system/truth_check.h"

namespace agora_exporter::system_tests {

// Every second of every session of a followed call is in hand, late or missing, once R is 300 s past it:
// exact to the second. Not accounted for are sessions that were over before the exporter, freshly started,
// had heard of them. Pages must come in the order of R.
class SecondsCheck {
 public:
  // `start`: R when the exporter began. `followed`: the ids of the calls that it follows, as they grow.
  SecondsCheck(const simulator::World& world, std::string app_id, WorldTime start,
               const std::set<std::string>& followed)
      : world_(world), app_id_(std::move(app_id)), start_(start), met_until_(start), followed_(followed) {}

  void compare(const timeline::World& page, const simulator::Truth& truth, const TruthOptions& options,
               Difference& to);

  std::int64_t accounted() const { return accounted_; }
  std::int64_t not_in_hand() const { return not_in_hand_; }
  // Of sessions that began before the start and were on no page: they may be accounted for or not.
  std::int64_t uncertain() const { return uncertain_; }
  // Seconds in which two pages and all between them lacked a session: they must not have been in hand.
  std::int64_t absent() const { return absent_; }

 private:
  struct Known {
    WorldTime joined, left;
    std::string call_id;
    bool certain = false;  // began after the start, or was on a page
    // How much of it lies in (a, b].
    std::int64_t within(WorldTime a, WorldTime b) const;
  };
  void meet(WorldTime until);
  void note_absences(const timeline::World& page, const simulator::Truth& truth, const std::string& app_name);

  const simulator::World& world_;
  const std::string app_id_;
  const WorldTime start_;
  WorldTime met_until_;
  const std::set<std::string>& followed_;
  std::map<std::string, Known> sessions_;          // by sid: all since the start
  std::map<std::string, WorldTime> absent_since_;  // by sid: those that the last page lacked
  std::vector<std::pair<simulator::Span, std::string>>
      absences_;  // between two pages that lacked the session
  std::int64_t accounted_ = 0, not_in_hand_ = 0, uncertain_ = 0, absent_ = 0;
};

}  // namespace agora_exporter::system_tests
