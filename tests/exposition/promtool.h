// promtool, Prometheus's own linter.
#pragma once

#include <string>

namespace agora_exporter::exposition::test {

bool has_promtool();
// What `promtool check metrics` says about the page; empty if it is content and its status is 0.
std::string promtool_complaints(const std::string& page);

}  // namespace agora_exporter::exposition::test
