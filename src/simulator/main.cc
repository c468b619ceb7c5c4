// agora-simulator: the Agora Analytics API over a procedural world.
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "agora_exporter/simulator/http_front.h"
#include "agora_exporter/simulator/virtual_time.h"

namespace {

using namespace agora_exporter;             // NOLINT(google-build-using-namespace)
using namespace agora_exporter::simulator;  // NOLINT(google-build-using-namespace)

struct Flags {
  std::string listen = "127.0.0.1:8080";
  std::string plan = "standard";
  std::vector<std::string> apps{std::string(kDefaultAppId)};
  std::vector<std::string> readings, faults, no_access, rotations, incidents;
  std::string skew = "0";
  std::string clock_start, clock_epoch, portfile;
  double clock_speed = 1;
  int calls_per_day = 200;
  bool large_call = false;
  bool even = false;
};

int fail(const Error& error) {
  std::fprintf(stderr, "agora-simulator: %s\n", error.text().c_str());
  return 1;
}

void add_flags(CLI::App& cli, Flags& flags, SimulatorOptions& options) {
  cli.add_option("--listen", flags.listen, "Address to listen on; port 0 takes a free one")
      ->capture_default_str();
  cli.add_option("--seed", options.world.seed, "Another seed is another world")->capture_default_str();
  cli.add_option("--calls-per-day", flags.calls_per_day,
                 "Calls that begin on a day in the first app, halved for each next")
      ->capture_default_str();
  cli.add_option("--plan", flags.plan, "Whose limits hold")
      ->check(CLI::IsMember({"standard", "premium", "enterprise"}))
      ->capture_default_str();
  cli.add_option("--apps", flags.apps, "App ids")->delimiter(',')->capture_default_str();
  cli.add_option("--customer-id", options.credentials.customer_id)->capture_default_str();
  cli.add_option("--customer-secret", options.credentials.customer_secret)->capture_default_str();
  cli.add_flag("--large-call", flags.large_call, "A call of 150 users on every day");
  cli.add_flag("--unused-hours", options.world.unused_hours,
               "Now and then nobody used a product: null quality");
  cli.add_option("--max-users", options.world.max_users, "In one call")->capture_default_str();
  cli.add_flag("--even", flags.even, "Calls begin evenly over the day: no quiet nights");
  cli.add_option("--clock.start", flags.clock_start, "The clock reads this (Unix seconds or RFC 3339) ...");
  cli.add_option("--clock.epoch", flags.clock_epoch, "... when the real one reads this, ...");
  cli.add_option("--clock.speed", flags.clock_speed, "... and runs so many times as fast")
      ->check(CLI::Range(0.001, 100.0))
      ->capture_default_str();
  cli.add_option("--reading", flags.readings, "NAME=VALUE: how an unknown of the API is read (repeatable)");
  cli.add_option("--fault", flags.faults, "NAME=RATE: a fault and its share of requests (repeatable)");
  cli.add_option(
      "--no-access", flags.no_access,
      "ENDPOINT=TIME: \"no auth\" on an endpoint for the UTC day of that time (Unix seconds or RFC "
      "3339; repeatable)");
  cli.add_option("--rotate-secret", flags.rotations,
                 "TIME=SECRET: from then on another customer secret holds (repeatable)");
  cli.add_option("--skew", flags.skew,
                 "Seconds by which the server's clock, its limits and Date, are ahead; negative: behind")
      ->capture_default_str();
  cli.add_option(
      "--incident", flags.incidents,
      "NETWORK,SHARE,FACTOR,FROM,MINUTES: this share of the users on a network freezes so many times "
      "as much from then on (Unix seconds or RFC 3339; repeatable)");
  cli.add_option("--portfile", flags.portfile, "Write the bound address there");
  std::string footer = "readings:\n";
  for (const ReadingRow& r : readings()) {
    footer.append("  ").append(r.name).append("=");
    for (std::size_t i = 0; i < r.values.size(); ++i) footer.append(i == 0 ? "" : "|").append(r.values[i]);
    footer += '\n';
  }
  footer += "faults:";
  for (int i = 0; i < kFaultKinds; ++i) footer.append(" ").append(name_of(static_cast<FaultKind>(i)));
  footer += "\nendpoints:";
  for (const agora::Endpoint endpoint : agora::kEndpoints)
    footer.append(" ").append(agora::name_of(endpoint));
  cli.footer(footer);
}

Result<void> settle(const Flags& flags, SimulatorOptions& options) {
  options.plan = default_options(flags.plan).plan;
  options.world.large_call = flags.large_call;
  options.world.daily_rhythm = !flags.even;
  options.world.apps.clear();
  int calls = flags.calls_per_day;
  for (const std::string& app : flags.apps) {
    options.world.apps.push_back({app, calls});
    calls = (calls + 1) / 2;
  }
  for (const std::string& r : flags.readings) {
    if (auto set = set_reading(options.readings, r); !set) return set;
  }
  for (const std::string& f : flags.faults) {
    if (auto added = add_fault(options.faults, f); !added) return added;
  }
  for (const std::string& n : flags.no_access) {
    if (auto added = add_no_access_day(options.faults, n); !added) return added;
  }
  for (const std::string& r : flags.rotations) {
    if (auto added = add_rotation(options.faults, r); !added) return added;
  }
  if (auto set = set_skew(options.faults, flags.skew); !set) return set;
  for (const std::string& i : flags.incidents) {
    if (auto added = add_planned_incident(options.world, i); !added) return added;
  }
  return {};
}

int serve(const Flags& flags, SimulatorOptions options, const Clock& clock, const sigset_t& signals) {
  const auto log = make_stderr_log(LogLevel::info, LogFormat::logfmt, clock);
  Simulator simulator(std::move(options));
  auto front = HttpFront::start(simulator, {flags.listen}, clock, *log);
  if (!front) return fail(front.error());
  const std::string address = (*front)->addresses().front();
  std::printf("listening on http://%s\n", address.c_str());
  std::fflush(stdout);
  if (!flags.portfile.empty()) std::ofstream(flags.portfile) << address << '\n';
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // Before any thread starts, so that all of them leave the signals to sigwait().
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  CLI::App cli{
      "The Agora Analytics API over a procedural world, with GET /truth?appid=&ts= and GET /counters beside "
      "it"};
  Flags flags;
  SimulatorOptions options = default_options("standard");
  add_flags(cli, flags, options);
  CLI11_PARSE(cli, argc, argv);
  if (auto settled = settle(flags, options); !settled) return fail(settled.error());
  auto clock = choose_clock(flags.clock_start, flags.clock_epoch, flags.clock_speed);
  if (!clock) return fail(clock.error());
  return serve(flags, std::move(options), **clock, signals);
}
