// A World as text, every field of it, so that two can be compared and the difference read.
#pragma once

#include <string>

#include "agora_exporter/timeline/world.h"

namespace agora_exporter::timeline::test {

enum class ProcessCounters { with, without };  // "since the process started"
std::string text_of(const World& world, ProcessCounters counters);

}  // namespace agora_exporter::timeline::test
