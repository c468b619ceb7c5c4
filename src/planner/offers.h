// What could be asked for, and what it would bring in session seconds: the measure by which coverage chooses.
#pragma once

#include <array>

#include "agora_exporter/planner/progress.h"

namespace agora_exporter::planner {

// Equal offers are told apart by a few percent, the same for a call all its life: so that, where not all can
// be had, the same calls are followed on.
double told_apart(const std::string& call_id, double value);
double told_apart(double place);  // the factor at a place from -1/2 to 1/2

// What is known of a call by the lists, from `from` on.
CallOffer call_offer(const AppProgress& app, const CallProgress& call, WorldTime from);

// How long it is, or is expected to be; and how much of that falls before midnight, if it begins at any time
// from now on.
double expected_seconds(const AppProgress& app, const CallOffer& offer);
double seconds_before(Seconds midnight, double seconds);

// Windows that so many seconds of it take if they cost nothing: so many of such a value, in session seconds.
struct Windows {
  double value = 0;
  double count = 0;
};
void add_windows(const Sizes& sizes, const CallOffer& offer, double seconds, Seconds window,
                 std::vector<Windows>& to);

// What they bring at a price, less what they cost: those that bring less than the price are left out.
inline double net_of(const Windows* begin, const Windows* end, double price) {
  double net = 0;
  for (; begin != end; ++begin) net += begin->count * std::max(0.0, begin->value - price);
  return net;
}

// What asking again brings, as a share of the next window: who joined. Of a call with more users than one
// request can ask about also who left, since others can be asked about in their place.
double told_by_asking_again(const AppProgress& app, double users);

// How much of the next `window` a call is expected to go on for that went on just now.
double expected_length(const AppProgress& app, Seconds window);

// Notes a call as an offer, once enough of it is known.
void offer_call(AppProgress& app, CallProgress& call, Seconds window, WorldTime known_to);
// Notes how many users a call has whose sessions are known, while it goes on.
void note_running(AppProgress& app, CallProgress& call);

}  // namespace agora_exporter::planner
