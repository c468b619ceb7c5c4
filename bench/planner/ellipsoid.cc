#include "planner/ellipsoid.h"

#include <cmath>
#include <limits>

namespace agora_exporter::rehearsal {
namespace {

// Points x with (x - centre)' inverse(shape) (x - centre) <= 1, in units of `highest`.
struct Ellipsoid {
  std::vector<double> centre;
  std::vector<std::vector<double>> shape;

  explicit Ellipsoid(std::size_t n) : centre(n, 0.5), shape(n, std::vector<double>(n, 0)) {
    // The smallest ball around the unit box.
    for (std::size_t i = 0; i < n; ++i) shape[i][i] = static_cast<double>(n) / 4;
  }

  // Keeps the half where slope' (x - centre) <= 0. Returns how much lower than at its centre the function may
  // be within.
  double cut(const std::vector<double>& slope) {
    const std::size_t n = centre.size();
    std::vector<double> step(n, 0);
    double width = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) step[i] += shape[i][j] * slope[j];
      width += slope[i] * step[i];
    }
    width = std::sqrt(width);
    if (!(width > 0)) return 0;
    const auto dimensions = static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
      step[i] /= width;
      centre[i] -= step[i] / (dimensions + 1);
    }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        shape[i][j] = dimensions * dimensions / (dimensions * dimensions - 1) *
                      (shape[i][j] - 2 / (dimensions + 1) * step[i] * step[j]);
    return width;
  }
};

}  // namespace

Minimum minimise(const std::vector<double>& highest, const Convex& function) {
  const std::size_t n = highest.size();
  Ellipsoid ellipsoid(n);
  Minimum least{std::numeric_limits<double>::infinity(), std::vector<double>(n, 0)};
  for (int i = 0; i < 1'000; ++i) {
    std::vector<double> slope(n, 0), prices(n);
    bool outside = false;
    for (std::size_t k = 0; k < n; ++k) {
      prices[k] = ellipsoid.centre[k] * highest[k];
      if (ellipsoid.centre[k] < 0 || ellipsoid.centre[k] > 1) {
        if (!outside) slope[k] = ellipsoid.centre[k] < 0 ? -1 : 1;
        outside = true;
      }
    }
    if (!outside) {
      const double value = function(prices, slope);
      if (value < least.value) least = {value, prices};
      for (std::size_t k = 0; k < n; ++k) slope[k] *= highest[k];
    }
    const double within = ellipsoid.cut(slope);
    if (!outside && within <= 1e-5 * least.value) break;
  }
  return least;
}

}  // namespace agora_exporter::rehearsal
