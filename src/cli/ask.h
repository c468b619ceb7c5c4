// check-config --ask: one booked request an endpoint says whether credentials, access and plan hold.
#pragma once

#include <iosfwd>
#include <string>

#include "agora_exporter/agora/transport.h"
#include "agora_exporter/base/clock.h"
#include "agora_exporter/config/config.h"
#include "agora_exporter/storage/disk.h"

namespace agora_exporter::cli {

struct AskSeams {
  const Clock& clock;
  agora::Transport& transport;
  storage::Disk& disk;
};

// Writes a line for each endpoint that the configuration uses. False if one of them does not hold, or the
// state folder cannot be had: a running exporter has it, and then knows the answers.
bool ask(const config::Config& config, const std::string& clock_stamp, bool assume_fresh, AskSeams seams,
         std::ostream& out);

}  // namespace agora_exporter::cli
