// What a request must bring, in session seconds, to be worth one of the day's: so much that what is expected
// until midnight at that price just spends what is left (objective: coverage).
#pragma once

#include <map>

#include "planner/offers.h"

namespace agora_exporter::planner {

struct View;

struct Prices {
  double window = 0;  // of call/metrics
  double call = 0;    // of call/sessions
  Sizes sizes{};      // what calls are like of which nobody tells
};
// Of each app of the account.
using PricesByApp = std::map<const AppPolicy*, Prices>;
PricesByApp prices_of(const View& view);

}  // namespace agora_exporter::planner
