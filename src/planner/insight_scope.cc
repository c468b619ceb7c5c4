#include "planner/insight_scope.h"

#include <algorithm>

#include "agora_exporter/quota/arithmetic.h"

namespace agora_exporter::planner {
namespace {

std::vector<const RowPolicy*> rows_of(const AppPolicy& app, agora::Endpoint endpoint) {
  std::vector<const RowPolicy*> rows;
  for (const RowPolicy& row : app.rows)
    if (row.key.source == endpoint) rows.push_back(&row);
  return rows;
}

// Turn by turn, the app takes its next row that has then had least for its weight.
std::vector<std::size_t> share_out(int rows, const std::vector<InsightScope::Share>& shares) {
  std::vector<std::size_t> taken(shares.size());
  for (int i = 0; i < rows; ++i) {
    std::size_t next = shares.size();
    double least = 0;
    for (std::size_t k = 0; k < shares.size(); ++k) {
      const double would_have = static_cast<double>(taken[k] + 1) / shares[k].app->weight;
      if (taken[k] == shares[k].rows.size() || (next < shares.size() && would_have >= least)) continue;
      next = k;
      least = would_have;
    }
    ++taken[next];
  }
  return taken;
}

}  // namespace

InsightScope::InsightScope(const View& view, const AppPolicy& app, agora::Endpoint of_endpoint)
    : endpoint(of_endpoint), per_day(view.account.plan.of(of_endpoint).per_day) {
  quota::InsightRows all;
  for (const AppPolicy& other : view.account.apps) {
    if (view.account.quota_per_app && &other != &app) continue;
    shares.push_back({&other, rows_of(other, endpoint)});
    for (const RowPolicy* row : shares.back().rows)
      ++(row->key.granularity == agora::Granularity::day ? all.daily : all.hourly);
  }
  const agora::Limits& limits = view.account.plan.of(endpoint);
  // A server that refuses a second less than the plan's window, too, knows another plan: every server has a
  // day.
  if (view.of(endpoint).shorter <= Seconds{1}) days = quota::days_a_request(limits, all);
  rows = quota::rows_followed(limits, all);
  if (rows == all.rows()) return;
  const std::vector<std::size_t> taken = share_out(rows, shares);
  for (std::size_t k = 0; k < shares.size(); ++k) shares[k].rows.resize(taken[k]);
}

const std::vector<const RowPolicy*>& InsightScope::of(const AppPolicy& app) const& {
  return std::find_if(shares.begin(), shares.end(), [&](const Share& share) { return share.app == &app; })
      ->rows;
}

}  // namespace agora_exporter::planner
