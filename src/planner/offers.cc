#include "planner/offers.h"

#include <algorithm>
#include <cmath>

#include "agora_exporter/agora/plans.h"
#include "agora_exporter/base/hash.h"

namespace agora_exporter::planner {
namespace {

constexpr double kApart = 0.06;

double seconds_of(Seconds s) { return static_cast<double>(s.count()); }

// So many stretches of `length` seconds of so many users, in groups that one request can ask about.
void add_stretches(double length, double count, double users, std::vector<Windows>& windows) {
  constexpr double kMost = agora::kMaxSids;
  const double whole = std::floor(users / kMost);
  const double rest = users - whole * kMost;
  if (whole > 0) windows.push_back({length * kMost, count * whole});
  if (rest > 0) windows.push_back({length * rest, count});
}

}  // namespace

double told_apart(const std::string& call_id, double value) {
  return value * told_apart(unit_interval(stable_hash(call_id, 0x0ffe2)) - 0.5);
}

double told_apart(double place) { return 1 + kApart * place; }

CallOffer call_offer(const AppProgress& app, const CallProgress& call, WorldTime from) {
  CallOffer offer;
  offer.apart = told_apart(call.id, 1);
  if (call.told_users) {
    offer.users = *call.told_users;
  } else {
    offer.likely = app.sizes.of(call.channel);
  }
  offer.goes_on = !call.finished || !call.destroyed;
  const WorldTime to = offer.goes_on ? call.last_alive() : *call.destroyed;
  offer.seconds = seconds_of(std::max(Seconds{0}, to - std::max(call.created, from)));
  return offer;
}

double expected_seconds(const AppProgress& app, const CallOffer& offer) {
  return offer.seconds + (offer.goes_on ? app.rest_seconds() : 0);
}

double seconds_before(Seconds midnight, double seconds) {
  const double until = std::max(1.0, seconds_of(midnight));
  return seconds < until ? seconds * (1 - seconds / (2 * until)) : until / 2;
}

void add_windows(const Sizes& sizes, const CallOffer& offer, double seconds, Seconds window,
                 std::vector<Windows>& to) {
  const double longest = seconds_of(window);
  const double full = std::floor(seconds / longest);
  const double last = seconds - full * longest;
  const auto add = [&](double users, double of_all) {
    if (full > 0) add_stretches(longest * offer.apart, of_all * full, users, to);
    if (last > 0) add_stretches(last * offer.apart, of_all, users, to);
  };
  if (offer.users > 0) {
    add(offer.users, 1);
  } else {
    for (const double users : spread_out(sizes, offer.likely))
      add(users, 1.0 / static_cast<double>(sizes.size()));
  }
}

double told_by_asking_again(const AppProgress& app, double users) {
  return app.joined_meanwhile + (users > agora::kMaxSids ? app.left_meanwhile : 0);
}

double expected_length(const AppProgress& app, Seconds window) {
  const double rest = std::max(1.0, app.rest_seconds());
  return rest * (1 - std::exp(-seconds_of(window) / rest));
}

void offer_call(AppProgress& app, CallProgress& call, Seconds window, WorldTime known_to) {
  if (call.valued || (!call.finished && known_to < call.created + window)) return;
  call.valued = true;
  app.offers[app.next_offer++ % app.offers.size()] = call_offer(app, call, call.created);
}

void note_running(AppProgress& app, CallProgress& call) {
  int users = 0;
  if (call.followed && !call.done && !call.finished && call.sessions_asked)
    users = static_cast<int>(std::count_if(call.sessions.begin(), call.sessions.end(),
                                           [](const auto& item) { return item.second.unresolved(); }));
  if (users == call.running_users) return;
  if (call.running_users > 0 && --app.running[call.running_users] == 0) app.running.erase(call.running_users);
  if (users > 0) ++app.running[users];
  call.running_users = users;
}

}  // namespace agora_exporter::planner
