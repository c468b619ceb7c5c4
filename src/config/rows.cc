#include "config/rows.h"

namespace agora_exporter::config {

quota::InsightRows rows_of(const App& app, agora::Endpoint endpoint) {
  const bool usage = endpoint == agora::Endpoint::insight_usage;
  const InsightChoice& choice = usage ? app.usage : app.quality;
  quota::InsightRows rows;
  if (!choice.enabled) return rows;
  const int each = static_cast<int>(choice.metrics.size() * (usage ? 1 : choice.products.size()));
  for (const agora::Granularity granularity : choice.granularity) {
    (granularity == agora::Granularity::day ? rows.daily : rows.hourly) += each;
  }
  return rows;
}

quota::InsightRows rows_of_scope(const Account& account, agora::Endpoint endpoint) {
  quota::InsightRows total;
  for (const App& app : account.apps) {
    const quota::InsightRows rows = rows_of(app, endpoint);
    if (!account.quota_per_app) {
      total.daily += rows.daily;
      total.hourly += rows.hourly;
    } else if (rows.rows() > total.rows()) {
      total = rows;
    }
  }
  return total;
}

}  // namespace agora_exporter::config
