// What serve and check-config begin with: the configuration and the clock.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/config/config.h"
#include "agora_exporter/web/access.h"
#include "cli/args.h"
#include "cli/web_file.h"

namespace agora_exporter::cli {

// The file with the flags that beat it applied.
config::LoadResult load(const Args& args);

// The file with the flags that beat it applied; on errors all of them are written to `err`. Warnings are
// written too.
std::optional<config::Config> load_config(const Args& args, std::ostream& err);

// The web configuration file, if one is named; on errors all of them are written to `err`, and the result is
// nullptr.
std::shared_ptr<const web::Access> load_access(WebFile& file, std::ostream& err);

// Where a process on the same machine may ask for the exporter's health, whatever the web configuration asks
// of others.
std::string health_socket(const std::string& storage_path);

// With --clock.*, every base_url must be on this machine: a virtual clock would spend a real account's quota
// as if days went by.
Result<void> clock_allows(const Args& args, const config::Config& config);

// The real clock, or --clock.*'s where that is allowed.
Result<std::unique_ptr<Clock>> choose_clock(const Args& args, const config::Config& config);

// Every address that the URL's host resolves to is a loopback address. Asks the resolver.
Result<void> resolves_to_loopback(const std::string& url);

}  // namespace agora_exporter::cli
