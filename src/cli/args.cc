#include "cli/args.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <utility>

#include "agora_exporter/base/instant.h"
#include "cli/version.h"

namespace agora_exporter::cli {
namespace {

struct RawClock {
  std::string start;
  std::string epoch;
  double speed = 1;
};

// Paths of the program's own; the page cannot be at one of them.
constexpr std::string_view kTaken[] = {"/-/healthy", "/-/ready", "/-/reload"};

std::string check_telemetry_path(const std::string& path) {
  if (path.empty() || path[0] != '/') return "must begin with a slash";
  if (path.find_first_of("?#% ") != std::string::npos) return "must be a plain path";
  if (std::find(std::begin(kTaken), std::end(kTaken), path) != std::end(kTaken)) return path + " is taken";
  return {};
}

constexpr std::pair<std::string_view, LogLevel> kLevels[] = {{"debug", LogLevel::debug},
                                                             {"info", LogLevel::info},
                                                             {"warn", LogLevel::warn},
                                                             {"error", LogLevel::error}};
constexpr std::pair<std::string_view, LogFormat> kFormats[] = {{"logfmt", LogFormat::logfmt},
                                                               {"json", LogFormat::json}};

// An option that takes one of the words of `table`.
template <class T, std::size_t N>
void add_choice(CLI::App& app, const std::string& name, const std::pair<std::string_view, T> (&table)[N],
                T& value, const std::string& help) {
  app.add_option_function<std::string>(
         name,
         [&table, &value](const std::string& given) {
           for (const auto& [word, meaning] : table) {
             if (word == given) {
               value = meaning;
               return;
             }
           }
           std::string words;
           for (const auto& entry : table) words.append(words.empty() ? "" : ", ").append(entry.first);
           throw CLI::ValidationError(given + " is not one of " + words);
         },
         help)
      ->type_name("WORD");
}

void add_flags(CLI::App& app, Args& args, RawClock& clock) {
  app.add_option("--config.file", args.config_file, "Configuration file")->capture_default_str();
  app.add_option("--web.listen-address", args.listen,
                 "Address to listen on: host:port, :port or unix:/path; may be given again")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->capture_default_str();
  app.add_option("--web.telemetry-path", args.telemetry_path, "Path of the page")
      ->check(check_telemetry_path)
      ->capture_default_str();
  app.add_option("--web.config.file", args.web_config_file,
                 "TLS, users and headers, in the format of Prometheus' exporter-toolkit");
  app.add_flag("--web.enable-lifecycle", args.enable_lifecycle,
               "POST /-/reload reads the configuration again, as SIGHUP does");
  add_choice(app, "--log.level", kLevels, args.log_level, "debug, info, warn or error; default info");
  add_choice(app, "--log.format", kFormats, args.log_format, "logfmt or json; default logfmt");
  app.add_option("--storage.path", args.storage_path, "State folder; beats storage.path of the file");
  app.add_flag("--quota.assume-fresh", args.assume_fresh,
               "Nothing else has spent of today's quota; without it a new state folder takes the elapsed "
               "share as spent");
  const std::string group = "Virtual clock, for tests: every base_url must be on this machine";
  app.add_option("--clock.start", clock.start, "What the clock reads (Unix seconds or RFC 3339)")
      ->group(group);
  app.add_option("--clock.epoch", clock.epoch, "when the real one reads this")->group(group);
  app.add_option("--clock.speed", clock.speed, "and how much faster it runs: above 0, at most 100")
      ->group(group);
}

// An error text, or empty.
std::string settle_clock(const CLI::App& app, const RawClock& raw, WallTime now, Args& args) {
  if (app.count("--clock.start") + app.count("--clock.epoch") + app.count("--clock.speed") == 0) return {};
  if (!(raw.speed > 0) || raw.speed > 100) return "--clock.speed: must be above 0 and at most 100";
  ClockFlags clock;
  clock.settings.speed = raw.speed;
  const auto epoch = raw.epoch.empty() ? std::optional(now) : parse_instant(raw.epoch);
  if (!epoch) return "--clock.epoch: neither Unix seconds nor RFC 3339: " + raw.epoch;
  clock.settings.epoch = *epoch;
  const auto start = raw.start.empty() ? epoch : parse_instant(raw.start);
  if (!start) return "--clock.start: neither Unix seconds nor RFC 3339: " + raw.start;
  clock.settings.start = *start;
  std::ostringstream stamp;
  stamp << "start=" << start->time_since_epoch().count() << " epoch=" << epoch->time_since_epoch().count()
        << " speed=" << raw.speed;
  clock.stamp = stamp.str();
  args.clock = clock;
  return {};
}

Parsed refuse(const std::string& text) {
  Parsed parsed;
  parsed.exit_code = 2;
  parsed.err = "agora-exporter: " + text + "\nRun with --help for the flags.\n";
  return parsed;
}

}  // namespace

Parsed parse(const std::vector<std::string>& arguments, WallTime now) {
  CLI::App app("Prometheus exporter for the call quality that the Agora Analytics API tells of",
               "agora-exporter");
  Args args;
  RawClock raw;
  bool json = false;
  bool markdown = false;
  add_flags(app, args, raw);
  app.set_version_flag("--version", std::string("agora-exporter ") + kVersion);
  app.fallthrough();
  app.require_subcommand(0, 1);
  CLI::App* check = app.add_subcommand("check-config", "Check the configuration; print what fits the quota");
  check->add_flag("--ask", args.ask,
                  "Also spend one booked request an endpoint to try credentials, access and plan");
  CLI::App* catalog = app.add_subcommand("catalog", "Print metrics, mids, experiences, factors and limits");
  CLI::Option* json_flag = catalog->add_flag("--json", json, "As JSON");
  catalog->add_flag("--markdown", markdown, "The metrics as Markdown")->excludes(json_flag);
  CLI::App* health = app.add_subcommand("healthcheck", "Ask the exporter that runs at --web.listen-address");
  health->add_flag("--ready", args.ask_ready, "Whether its page is complete, instead of whether it is alive");

  CLI::App* plan = app.add_subcommand(
      "plan",
      "Print the next requests, and what is expected of the day, out of the state folder; sends nothing");
  plan->add_option("--requests", args.planned_requests, "How many requests at most, from 0 to 1000")
      ->check(CLI::Range(0, 1'000))
      ->capture_default_str();

  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // CLI11 takes them from the back
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::Success& e) {
    std::ostringstream out;
    std::ostringstream err;
    app.exit(e, out, err);
    Parsed parsed;
    parsed.out = out.str();
    return parsed;
  } catch (const CLI::ParseError& e) {
    return refuse(e.what());
  }
  if (const std::string error = settle_clock(app, raw, now, args); !error.empty()) return refuse(error);
  if (check->parsed()) args.command = Command::check_config;
  if (catalog->parsed()) args.command = Command::catalog;
  if (health->parsed()) args.command = Command::healthcheck;
  if (plan->parsed()) args.command = Command::plan;
  args.form = json ? CatalogForm::json : markdown ? CatalogForm::markdown : CatalogForm::text;
  Parsed parsed;
  parsed.args = std::move(args);
  return parsed;
}

}  // namespace agora_exporter::cli
