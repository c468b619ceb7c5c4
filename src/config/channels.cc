#include "agora_exporter/config/channels.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>

namespace agora_exporter::config {

ChannelTest any_of(const std::vector<std::string>& expressions) {
  auto compiled = std::make_shared<std::vector<std::unique_ptr<RE2>>>();
  // A dot also matches a line break: the default must take every name there can be.
  for (const std::string& text : expressions)
    compiled->push_back(std::make_unique<RE2>("(?s:" + text + ")", RE2::Quiet));
  return [compiled](const std::string& channel) {
    return std::any_of(compiled->begin(), compiled->end(),
                       [&](const auto& expression) { return RE2::FullMatch(channel, *expression); });
  };
}

ChannelTest wanted_channels(const Channels& channels) {
  return [included = any_of(channels.include), excluded = any_of(channels.exclude)](
             const std::string& channel) { return included(channel) && !excluded(channel); };
}

bool is_plain_name(std::string_view expression) {
  return expression.find_first_of("\\.+*?()|[]{}^$") == std::string_view::npos;
}

}  // namespace agora_exporter::config
