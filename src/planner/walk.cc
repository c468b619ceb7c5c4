// The calls of an agenda that a decision looks at: it may hold many thousand, all of them due after an
// outage.
#include <algorithm>

#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

class Walk {
 public:
  Walk(const View& view, const AppPolicy& app, const Questions& questions, Needs& needs)
      : view_(view), app_(app), questions_(questions), needs_(needs) {}

  // Whether to go on to the next one.
  bool visit(WorldTime from, const std::string& call) {
    // Nothing of the call starts sooner, so that one that is due and starts by then is the most urgent.
    const WallTime earliest = view_.deadline_of(from) - questions_.margin;
    if (most_urgent_ <= view_.now && most_urgent_ <= earliest) return false;
    const bool may_be_due = earliest <= view_.now;
    if (!may_be_due && farther_ == kFarther) return false;
    if (turned_down_ == kTurnedDown) {
      needs_.cut_short = true;
      return false;
    }
    take(earliest, call);
    farther_ += may_be_due ? 0 : 1;
    return true;
  }

 private:
  static constexpr int kFarther = 16;     // calls that are not due yet
  static constexpr int kTurnedDown = 64;  // calls, before the decision is cut short

  void take(WallTime earliest, const std::string& call) {
    auto need = questions_.need(call);
    if (!need) return;
    const bool considered = was_considered(view_, *need);
    need->start_by = std::max(need->start_by, earliest);  // later, if it was turned down a moment ago
    if (view_.policy.objective == Objective::coverage && !questions_.worthwhile(call, considered)) {
      needs_.more_at = std::min(needs_.more_at, std::max(need->start_by, look_again_));
      if (need->start_by <= view_.now) turn_down(call, considered);
      return;
    }
    most_urgent_ = std::min(most_urgent_, need->start_by);
    needs_.needs.push_back(std::move(*need));
  }

  void turn_down(const std::string& call, bool considered) {
    ++turned_down_;
    if (view_.turned_down)
      view_.turned_down->push_back({app_.app_id, call, questions_.points, considered,
                                    to_world(look_again_ + questions_.margin) - view_.policy.lag});
  }

  const View& view_;
  const AppPolicy& app_;
  const Questions& questions_;
  Needs& needs_;
  // At all that was turned down at once, since each look takes the prices to be worked out.
  using Looks = std::chrono::duration<WallTime::rep, std::ratio<20>>;
  const WallTime look_again_{std::chrono::floor<Looks>(view_.now.time_since_epoch()) + Looks{1}};
  int farther_ = 0, turned_down_ = 0;
  WallTime most_urgent_ = WallTime::max();
};

}  // namespace

void walk(const View& view, const AppPolicy& app, const Agenda& agenda, const Questions& questions,
          Needs& needs) {
  Walk its(view, app, questions, needs);
  agenda.for_each([&](WorldTime from, const std::string& call) { return its.visit(from, call); });
  if (view.policy.objective == Objective::coverage) return;  // most of them are not asked about
  agenda.for_each_slot([&](WorldTime end, int calls) {
    needs.crowd[to_wall(end + view.policy.lag) - questions.margin] += calls;
  });
}

}  // namespace agora_exporter::planner
