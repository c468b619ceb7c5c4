// The whole program but for the process around it.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace agora_exporter::cli {

// Called once all is up, with the bound addresses; the exporter stops when it returns.
using WaitForStop = std::function<void(const std::vector<std::string>& addresses)>;

// `arguments` without the program's name. The exit code: 0: all is well; 1: it is not; 2: the command line is
// wrong.
int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err,
        const WaitForStop& wait);

}  // namespace agora_exporter::cli
