// What each subcommand does; the result is the exit code. 0: all is well; 1: it is not; 2: the command line
// is wrong.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "cli/args.h"

namespace agora_exporter::cli {

int check_config(const Args& args, std::ostream& out, std::ostream& err);
int catalog(const Args& args, std::ostream& out);
int healthcheck(const Args& args, std::ostream& out, std::ostream& err);

// Runs the exporter until `wait` returns. `wait` gets the bound addresses; it is called once all is up.
using WaitForStop = std::function<void(const std::vector<std::string>& addresses)>;
int serve(const Args& args, std::ostream& err, const WaitForStop& wait);

// Parses and runs; main() without the process around it.
int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err,
        const WaitForStop& wait);

}  // namespace agora_exporter::cli
