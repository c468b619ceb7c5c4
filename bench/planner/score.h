// How much of a known world's session time came into hand by its deadline.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "agora_exporter/agora/request.h"
#include "planner/day.h"

namespace agora_exporter::rehearsal {

class Score {
 public:
  // What counts: the sessions' seconds within `measured`, each due `lag` after it.
  Score(const World& world, Span measured, Seconds lag);

  // The points that this request asked for were received at `at`.
  void received(const std::string& app_id, const agora::CallMetricsQuery& query, WallTime at);

  double in_hand() const { return in_hand_; }  // session seconds
  double whole() const { return whole_; }
  double share() const { return whole_ > 0 ? in_hand_ / whole_ : 1; }
  // By hour of the measured span: session seconds in hand, and all.
  const std::vector<std::pair<double, double>>& by_hour() const { return by_hour_; }
  double in_hand_of(const std::string& app_id) const;
  // What is not in hand: visit(app_id, call, index of the session, span).
  using Visit =
      std::function<void(const std::string& app_id, const Call& call, std::size_t session, Span gap)>;
  void for_each_gap(const Visit& visit) const;

 private:
  struct CallScore {
    const Call* call = nullptr;
    std::vector<std::map<std::int64_t, std::int64_t>> held;  // by session: disjoint [begin, end)
  };
  void add(std::int64_t begin, std::int64_t end, double& of_app);

  Span measured_;
  Seconds lag_;
  std::map<std::string, std::unordered_map<std::string, CallScore>> calls_;
  std::map<std::string, double> of_app_;
  std::vector<std::pair<double, double>> by_hour_;
  double in_hand_ = 0, whole_ = 0;
};

}  // namespace agora_exporter::rehearsal
