// The command line as values. The names of flags and subcommands are what users hold on to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/log.h"

namespace agora_exporter::cli {

enum class Command { serve, check_config, catalog, healthcheck, plan };
enum class CatalogForm { text, json, markdown };

// --clock.*: for trying out and tests. `stamp` marks the state folder; equal settings give equal stamps.
struct ClockFlags {
  VirtualClockSettings settings;
  std::string stamp;
};

struct Args {
  Command command = Command::serve;
  std::string config_file = "exporter.yaml";
  std::vector<std::string> listen{":10469"};
  std::string web_config_file;  // empty = plain HTTP for everybody
  bool enable_lifecycle = false;
  std::string telemetry_path = "/metrics";
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::logfmt;
  std::string storage_path;  // empty = the file's
  bool assume_fresh = false;
  std::optional<ClockFlags> clock;  // nullopt = the real clock
  bool ask = false;                 // check-config --ask
  bool ask_ready = false;           // healthcheck --ready
  CatalogForm form = CatalogForm::text;
  std::size_t planned_requests = 20;  // plan --requests
};

// `args`, or the text to print and the code to exit with (--help, --version, a wrong flag).
struct Parsed {
  std::optional<Args> args;
  int exit_code = 0;
  std::string out;
  std::string err;
};

// `arguments` without the program's name; `now` is the real clock, which --clock.epoch defaults to.
Parsed parse(const std::vector<std::string>& arguments, WallTime now);

}  // namespace agora_exporter::cli
