#include "cli/setup.h"

#include <ostream>

namespace agora_exporter::cli {

config::LoadResult load(const Args& args) {
  config::LoadResult result = config::load_file(args.config_file);
  if (result.config && !args.storage_path.empty()) result.config->storage_path = args.storage_path;
  return result;
}

std::optional<config::Config> load_config(const Args& args, std::ostream& err) {
  config::LoadResult result = load(args);
  for (const Error& warning : result.warnings) err << "warning: " << warning.text() << '\n';
  for (const Error& error : result.errors) err << error.text() << '\n';
  return std::move(result.config);
}

std::shared_ptr<const web::Access> load_access(WebFile& file, std::ostream& err) {
  WebFileResult result = file.load();
  for (const Error& error : result.errors) err << error.text() << '\n';
  if (result.access) file.put_to_use(result.signature);
  return result.access;
}

std::string health_socket(const std::string& storage_path) { return "unix:" + storage_path + "/health.sock"; }

Result<void> clock_allows(const Args& args, const config::Config& config) {
  if (!args.clock) return {};
  for (const config::Account& account : config.accounts)
    if (auto local = resolves_to_loopback(account.base_url); !local) return local;
  return {};
}

Result<std::unique_ptr<Clock>> choose_clock(const Args& args, const config::Config& config) {
  if (auto allowed = clock_allows(args, config); !allowed) return failure(allowed.error());
  if (!args.clock) return make_system_clock();
  return make_virtual_clock(args.clock->settings);
}

}  // namespace agora_exporter::cli
