// Which channels an app's expressions take.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agora_exporter/config/config.h"

namespace agora_exporter::config {

using ChannelTest = std::function<bool(const std::string& channel)>;

// Whether a name matches one of the expressions, as a whole.
ChannelTest any_of(const std::vector<std::string>& expressions);
// Those that are followed at all: of include, and not of exclude.
ChannelTest wanted_channels(const Channels& channels);
// An expression that is just a name: it matches nothing else, and the API can be asked for it.
bool is_plain_name(std::string_view expression);

}  // namespace agora_exporter::config
