#include "planner/prices.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "planner/shares.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

double seconds_of(Seconds s) { return static_cast<double>(s.count()); }

// Calls that are alike: each takes some windows, and requests of call/sessions for that.
struct Lot {
  double calls = 0;                // how many there are, or are expected
  std::size_t begin = 0, end = 0;  // the windows of one, in Market::windows
  double first = 0;                // requests until all of its sessions are known
  double again = 0;                // times that it may be asked about again, once for each window's time
  double told = 0;                 // what that brings, as a share of the windows of that time
};

// What is on offer to an app until midnight, and what it may spend on that.
struct Market {
  Sizes sizes{};
  std::vector<Lot> lots;
  std::vector<Windows> windows;
  double session_room = 0, window_room = 0;
};

double times_of(double seconds, Seconds window) { return std::max(1.0, seconds / seconds_of(window)); }

// Calls that are expected to come: they are taken to be as the last ones were.
void add_coming(const View& view, const AppPolicy& app, Market& market) {
  const AppProgress& progress = view.of(app);
  const WorldTime from = view.replayed(), to = last_of_today(view);
  const double calls = progress.calls_offered.expected(from, to, progress.calls_per_second);
  const std::size_t known = std::min(progress.next_offer, progress.offers.size());
  // Where users are not told an offer is many, one for each likely size: fewer offers say as much.
  constexpr std::size_t kStep = 4;
  const std::size_t step = known > 0 && progress.offers[0].users == 0 ? kStep : 1;
  const std::size_t samples = (known + step - 1) / step;
  for (std::size_t i = 0; i < known; i += step) {
    const CallOffer& offer = progress.offers[i];
    const double seconds = seconds_before(to - from, expected_seconds(progress, offer));
    Lot lot{calls / static_cast<double>(samples), market.windows.size(), 0, progress.mean_pages};
    add_windows(market.sizes, offer, seconds, view.useful_window(), market.windows);
    lot.end = market.windows.size();
    lot.again = times_of(seconds, view.useful_window()) - 1;
    lot.told = told_by_asking_again(progress, offer.users > 0 ? offer.users : offer.likely.mean);
    market.lots.push_back(lot);
  }
}

// Calls whose sessions are known, and that go on.
void add_running(const View& view, const AppPolicy& app, Market& market) {
  const AppProgress& progress = view.of(app);
  const double rest = std::min(progress.rest_seconds(), seconds_of(last_of_today(view) - view.replayed()));
  const std::array<double, 5> aparts{told_apart(-0.4), told_apart(-0.2), told_apart(0), told_apart(0.2),
                                     told_apart(0.4)};
  for (const auto& [users, calls] : progress.running) {
    for (const double apart : aparts) {
      Lot lot{calls / static_cast<double>(aparts.size()), market.windows.size()};
      const CallOffer one{seconds_of(view.useful_window()), false, static_cast<double>(users), {}, apart};
      add_windows(market.sizes, one, one.seconds, view.useful_window(), market.windows);
      lot.end = market.windows.size();
      lot.again = rest / one.seconds;
      for (std::size_t i = lot.begin; i < lot.end; ++i) market.windows[i].count *= lot.again;
      lot.told = told_by_asking_again(progress, users);
      market.lots.push_back(lot);
    }
  }
}

// What would be taken if it cost nothing: requests of call/sessions, and windows.
double sessions_wished(const Market& market) {
  double wish = 0;
  for (const Lot& lot : market.lots) wish += lot.calls * (lot.first + lot.again);
  return wish;
}
double windows_wished(const Market& market) {
  double wish = 0;
  for (const Lot& lot : market.lots)
    for (std::size_t i = lot.begin; i < lot.end; ++i) wish += lot.calls * market.windows[i].count;
  return wish;
}

// At a price of windows: the price at which as many requests of call/sessions are worth it as there may be;
// and what all that is worth and costs, of which the least is sought over the prices of windows (Lagrangian
// duality, as in the bound).
struct Trial {
  double call = 0;
  double value = 0;
};

class Trying {
 public:
  Trying(const Market& market, double window_price) : market_(market), window_price_(window_price) {
    worth_.reserve(market.lots.size());
    wants_.reserve(market.lots.size());
    for (const Lot& lot : market.lots) {
      Worth worth;
      double value = 0;
      for (std::size_t i = lot.begin; i < lot.end; ++i) {
        const Windows& windows = market.windows[i];
        if (windows.value < window_price) continue;
        worth.net += windows.count * (windows.value - window_price);
        value += windows.count * windows.value;
      }
      worth.again = lot.told * value / std::max(1.0, lot.again + (lot.first > 0 ? 1 : 0));
      worth_.push_back(worth);
      if (worth.net > 0)
        wants_.push_back({lot.first > 0 ? worth.net / lot.first : kAnyPrice, worth.again,
                          lot.calls * lot.first, lot.calls * lot.again});
    }
  }

  Trial run() const {
    Trial trial{price_of_a_call(), 0};
    trial.value = trial.call * market_.session_room + window_price_ * market_.window_room;
    for (std::size_t i = 0; i < worth_.size(); ++i) {
      const Lot& lot = market_.lots[i];
      if (!taken(i, trial.call)) continue;
      trial.value += lot.calls * (worth_[i].net - lot.first * trial.call +
                                  lot.again * std::max(0.0, worth_[i].again - trial.call));
    }
    return trial;
  }

 private:
  struct Worth {
    double net = 0;    // of its windows, less what they cost
    double again = 0;  // of asking about it again, once
  };

  // Requests that are wanted up to a price. Apart from Worth and without a branch, since the search for the
  // price goes through them again and again.
  struct Wanted {
    double first_up_to = 0, again_up_to = 0;
    double first = 0, again = 0;
  };
  static constexpr double kAnyPrice = std::numeric_limits<double>::max();

  bool taken(std::size_t i, double call_price) const {
    return worth_[i].net > 0 && worth_[i].net >= market_.lots[i].first * call_price;
  }
  // Requests of call/sessions that are worth so much.
  double wanted_at(double price) const {
    double wanted = 0;
    for (const Wanted& its : wants_) {
      const double first = price <= its.first_up_to ? 1 : 0, again = price <= its.again_up_to ? 1 : 0;
      wanted += first * (its.first + again * its.again);
    }
    return wanted;
  }
  double price_of_a_call() const {
    constexpr int kSteps = 12;
    if (wanted_at(0) <= market_.session_room) return 0;
    double low = 0, high = 0;
    for (const Worth& worth : worth_) high = std::max({high, worth.net, worth.again});
    for (int step = 0; step < kSteps; ++step) {
      const double middle = (low + high) / 2;
      (wanted_at(middle) <= market_.session_room ? high : low) = middle;
    }
    return high;
  }

  const Market& market_;
  const double window_price_;
  std::vector<Worth> worth_;   // by lot
  std::vector<Wanted> wants_;  // of those that are worth anything
};

// The price of windows at which the trial's value is least: it is convex in it.
Prices cheapest(const Market& market) {
  constexpr double kGolden = 0.618;
  constexpr int kSteps = 14;
  double low = 0, high = 0;
  for (const Windows& w : market.windows) high = std::max(high, w.value);
  double left = high - kGolden * (high - low), right = low + kGolden * (high - low);
  double of_left = Trying(market, left).run().value, of_right = Trying(market, right).run().value;
  for (int step = 0; step < kSteps; ++step) {
    if (of_left <= of_right) {
      high = right;
      right = left;
      of_right = of_left;
      left = high - kGolden * (high - low);
      of_left = Trying(market, left).run().value;
    } else {
      low = left;
      left = right;
      of_left = of_right;
      right = low + kGolden * (high - low);
      of_right = Trying(market, right).run().value;
    }
  }
  const double window = low <= 0 ? 0 : (low + high) / 2;
  return {window, Trying(market, window).run().call, market.sizes};
}

// How much more of the day's requests is left than the rest of the day should need, as a share of all;
// negative: how much less. Where many offers are of the same worth a price stands above most of them or
// below. Of windows, as full ones of large calls are, it would leave requests unspent; of calls it would
// spend them before the evening.
double beyond_pace(const View& view, const AppPolicy& app, Endpoint endpoint) {
  const int per_day = view.account.plan.of(endpoint).per_day;
  if (per_day == 0) return 0;
  const WorldTime to = last_of_today(view);
  double rest = 0, whole = 0;
  for (const AppPolicy& other : view.account.apps) {
    if (!other.calls || (view.account.quota_per_app && &other != &app)) continue;
    const AppProgress& progress = view.of(other);
    rest += progress.calls_offered.expected(view.replayed(), to, progress.calls_per_second);
    whole += progress.calls_offered.expected(to - kDay, to, progress.calls_per_second);
  }
  const double time = seconds_of(to - view.replayed()) / seconds_of(kDay);
  const double calls = whole > 0 ? rest / whole : time;
  const double left = static_cast<double>(view.left_today(endpoint, app)) / per_day;
  return std::max(0.0, left - std::max(time, calls)) - std::max(0.0, std::min(time, calls) - left);
}

// Where a hundredth less is left than the rest of the day should need, a call must be worth two more: about
// as much as equal offers are told apart by.
constexpr double kBehind = 2;

}  // namespace

PricesByApp prices_of(const View& view) {
  std::map<const AppPolicy*, Market> markets;
  for (const AppPolicy& app : view.account.apps)
    if (app.calls) {
      Market& market = markets[&app];
      market.sizes = view.of(app).sizes.usual();
      add_coming(view, app, market);
      add_running(view, app, market);
    }
  const auto room = [&](const AppPolicy& app, Endpoint endpoint,
                        const std::function<double(const Market&)>& wish) {
    if (view.account.plan.of(endpoint).per_day == 0) return wish(markets.at(&app));
    return fair_share(view, app, room_today(view, app, endpoint),
                      [&](const AppPolicy& each) { return wish(markets.at(&each)); });
  };
  PricesByApp prices;
  for (auto& [app, market] : markets) {
    market.session_room = room(*app, Endpoint::call_sessions, sessions_wished);
    market.window_room = room(*app, Endpoint::call_metrics, windows_wished);
    const bool enough =
        market.session_room >= sessions_wished(market) && market.window_room >= windows_wished(market);
    prices[app] = enough ? Prices{0, 0, market.sizes} : cheapest(market);
    prices[app].window *= 1 - std::clamp(beyond_pace(view, *app, Endpoint::call_metrics), 0.0, 1.0);
    prices[app].call *= 1 - kBehind * std::min(0.0, beyond_pace(view, *app, Endpoint::call_sessions));
  }
  return prices;
}

}  // namespace agora_exporter::planner
