#include <ostream>

#include "cli/commands.h"

namespace agora_exporter::cli {

int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err,
        const Signals& signals) {
  const Parsed parsed = parse(arguments, make_system_clock()->now());
  out << parsed.out;
  err << parsed.err;
  if (!parsed.args) return parsed.exit_code;
  if (parsed.args->command != Command::serve) signals.end_at_once(true);
  switch (parsed.args->command) {
    case Command::serve:
      return serve(*parsed.args, err, signals);
    case Command::check_config:
      return check_config(*parsed.args, out, err);
    case Command::catalog:
      return catalog(*parsed.args, out);
    case Command::healthcheck:
      return healthcheck(*parsed.args, out, err);
    case Command::plan:
      return plan(*parsed.args, out, err);
  }
  return 2;
}

}  // namespace agora_exporter::cli
