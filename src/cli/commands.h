// What each subcommand does; the result is the exit code of run().
#pragma once

#include <iosfwd>

#include "agora_exporter/cli/run.h"
#include "cli/args.h"

namespace agora_exporter::cli {

int check_config(const Args& args, std::ostream& out, std::ostream& err);
int catalog(const Args& args, std::ostream& out);
int healthcheck(const Args& args, std::ostream& out, std::ostream& err);
// What is in the state folder of an exporter, which may be running, comes to.
int plan(const Args& args, std::ostream& out, std::ostream& err);
// Runs the exporter until `signals.wait` returns Signal::stop.
int serve(const Args& args, std::ostream& err, const Signals& signals);

}  // namespace agora_exporter::cli
