#include <ostream>

#include "agora_exporter/agora/transport.h"
#include "agora_exporter/config/config.h"
#include "agora_exporter/storage/disk.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/setup.h"

namespace agora_exporter::cli {

int check_config(const Args& args, std::ostream& out, std::ostream& err) {
  const auto config = load_config(args, err);
  WebFile web_file(args.web_config_file);
  const auto access = load_access(web_file, err);
  if (!config || !access) return 1;
  if (web_file.given()) out << args.web_config_file << ": no errors\n";
  out << args.config_file << ": no errors\n\n" << config::feasibility(*config);
  if (!args.ask) return 0;

  out << "\n" << std::flush;
  const auto clock = choose_clock(args, *config);
  if (!clock) {
    err << clock.error().text() << '\n';
    return 1;
  }
  const auto transport = agora::make_curl_transport(**clock);
  if (!transport) {
    err << transport.error().text() << '\n';
    return 1;
  }
  const auto disk = storage::make_real_disk();
  const std::string stamp = args.clock ? args.clock->stamp : "";
  return ask(*config, stamp, args.assume_fresh, {**clock, **transport, *disk}, out) ? 0 : 1;
}

}  // namespace agora_exporter::cli
