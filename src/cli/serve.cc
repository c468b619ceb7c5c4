// The wiring: made in this order, taken down in the reverse.
#include <ostream>
#include <thread>

#include "agora_exporter/agora/transport.h"
#include "agora_exporter/collector/collector.h"
#include "agora_exporter/storage/disk.h"
#include "agora_exporter/web/web.h"
#include "cli/commands.h"
#include "cli/setup.h"
#include "cli/version.h"

namespace agora_exporter::cli {
namespace {

constexpr Millis kWebGrace{1'000};  // the collector may need 8 s of the 10 that stopping has in all

web::Options web_options(const Args& args, const config::Config& config) {
  web::Options options;
  options.listen = args.listen;
  options.telemetry_path = args.telemetry_path;
  options.page = {config.sessions, config.mids, config.max_series};
  options.version = kVersion;
  return options;
}

// Runs the collector in a thread of its own until destroyed.
class Running {
 public:
  explicit Running(collector::Collector& collector)
      : collector_(collector), thread_([this] { collector_.run(); }) {}
  ~Running() {
    collector_.stop();
    thread_.join();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  collector::Collector& collector_;
  std::thread thread_;
};

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

int fail(Log& log, const Error& error) {
  log.error(error.text());
  return 1;
}

}  // namespace

int serve(const Args& args, std::ostream& err, const WaitForStop& wait) {
  const auto config = load_config(args, err);
  if (!config) return 1;
  const auto system_clock = make_system_clock();
  const auto clock = choose_clock(args, *config);
  const auto log = make_stderr_log(args.log_level, args.log_format, clock ? **clock : *system_clock);
  if (!clock) return fail(*log, clock.error());
  log->info("agora-exporter starts", {{"version", kVersion}, {"config", args.config_file}});

  const auto transport = agora::make_curl_transport(**clock);
  if (!transport) return fail(*log, transport.error());
  const auto disk = storage::make_real_disk();
  collector::Options options;
  options.config = *config;
  options.version = kVersion;
  options.clock_stamp = args.clock ? args.clock->stamp : "";
  options.assume_fresh = args.assume_fresh;
  const auto collector = collector::Collector::open(std::move(options), {**clock, **transport, *disk, *log});
  if (!collector) return fail(*log, collector.error());

  const web::Source source{[&] { return (*collector)->world(); }, [&] { return (*collector)->report(); }};
  const auto web = web::Web::start(web_options(args, *config), source, **clock, *log);
  if (!web) return fail(*log, web.error());
  {
    const Running running(**collector);
    const std::vector<std::string> addresses = (*web)->addresses();
    log->info("listening", {{"address", joined(addresses)}, {"path", args.telemetry_path}});
    wait(addresses);
    log->info("stopping");
    (*web)->stop(kWebGrace);
  }
  return 0;
}

}  // namespace agora_exporter::cli
