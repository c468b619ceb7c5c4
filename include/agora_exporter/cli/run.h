// The whole program but for the process around it.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace agora_exporter::cli {

enum class Signal { stop, reload };

// How the process is asked to do something.
struct Signals {
  // Called once all is up, with the bound addresses, and again after each reload; what it returns is done.
  std::function<Signal(const std::vector<std::string>& addresses)> wait;
  // true: until false is said, a signal to stop ends the process at once, since there is nothing to be ended
  // in order.
  std::function<void(bool)> end_at_once = [](bool) {};
};

// `arguments` without the program's name. The exit code: 0: all is well; 1: it is not; 2: the command line is
// wrong.
int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err,
        const Signals& signals);

}  // namespace agora_exporter::cli
