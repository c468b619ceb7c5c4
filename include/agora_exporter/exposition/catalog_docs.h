// What the exporter knows, for people and programs: every metric of the page, the API's mids, experiences,
// factors and limits by plan. Made from the tables that the program itself runs on, so that none of it can go
// stale.
#pragma once

#include <string>

namespace agora_exporter::exposition {

std::string catalog_text();      // `agora-exporter catalog`
std::string catalog_json();      // `agora-exporter catalog --json`
std::string metrics_markdown();  // `agora-exporter catalog --markdown`: docs/metrics.md

}  // namespace agora_exporter::exposition
