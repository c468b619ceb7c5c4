#include "timeline/rules.h"

#include <utility>

#include "agora_exporter/agora/catalog.h"

namespace agora_exporter::timeline {

Rules::Rules(TimelineOptions given) : options(std::move(given)) {
  for (std::size_t i = 0; i < options.apps.size(); ++i) {
    const AppOptions& app = options.apps[i];
    names.push_back(app.name);
    ids.push_back(app.app_id);
    by_id.emplace(app.app_id, i);
    std::vector<double>& scaled = factors.emplace_back();
    for (const agora::Mid& mid : agora::mids()) {
      scaled.push_back(agora::factor_of(mid.scale, app.percent_is_fraction));
    }
  }
}

}  // namespace agora_exporter::timeline
