// What serve and check-config begin with: the configuration and the clock.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/config/config.h"
#include "cli/args.h"

namespace agora_exporter::cli {

// The file with the flags that beat it applied; on errors all of them are written to `err`. Warnings are
// written too.
std::optional<config::Config> load_config(const Args& args, std::ostream& err);

// The real clock, or --clock.*'s; the latter only if every base_url is on this machine, since a virtual clock
// would spend a real account's quota as if days went by.
Result<std::unique_ptr<Clock>> choose_clock(const Args& args, const config::Config& config);

// Every address that the URL's host resolves to is a loopback address. Asks the resolver.
Result<void> resolves_to_loopback(const std::string& url);

}  // namespace agora_exporter::cli
