// The whole program but for the process around it.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace agora_exporter::cli {

// How the process is asked to end.
struct StopSignals {
  // Called once all is up, with the bound addresses; the exporter stops when it returns.
  std::function<void(const std::vector<std::string>& addresses)> wait;
  // true: until false is said, a signal ends the process at once, since there is nothing to be ended in
  // order.
  std::function<void(bool)> end_at_once = [](bool) {};
};

// `arguments` without the program's name. The exit code: 0: all is well; 1: it is not; 2: the command line is
// wrong.
int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err,
        const StopSignals& signals);

}  // namespace agora_exporter::cli
