#include "cli/setup.h"

#include <ostream>

namespace agora_exporter::cli {

std::optional<config::Config> load_config(const Args& args, std::ostream& err) {
  config::LoadResult result = config::load_file(args.config_file);
  for (const Error& warning : result.warnings) err << "warning: " << warning.text() << '\n';
  for (const Error& error : result.errors) err << error.text() << '\n';
  if (result.config && !args.storage_path.empty()) result.config->storage_path = args.storage_path;
  return std::move(result.config);
}

Result<std::unique_ptr<Clock>> choose_clock(const Args& args, const config::Config& config) {
  if (!args.clock) return make_system_clock();
  for (const config::Account& account : config.accounts) {
    if (auto local = resolves_to_loopback(account.base_url); !local) return failure(local.error());
  }
  return make_virtual_clock(args.clock->settings);
}

}  // namespace agora_exporter::cli
