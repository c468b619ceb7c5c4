// The least value of a convex function of a few prices.
#pragma once

#include <functional>
#include <vector>

namespace agora_exporter::rehearsal {

struct Minimum {
  double value = 0;
  std::vector<double> at;
};

// Gives the value at `prices` and, into `slope`, a subgradient.
using Convex = std::function<double(const std::vector<double>& prices, std::vector<double>& slope)>;

// Over 0 <= prices[i] <= highest[i], of which there are two or more, by the ellipsoid method, to about one
// part in 10^5 of the value. What it gives is a value of the function, so never below its least.
Minimum minimise(const std::vector<double>& highest, const Convex& function);

}  // namespace agora_exporter::rehearsal
