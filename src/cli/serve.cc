// The wiring: made in this order, taken down in the reverse.
#include <atomic>
#include <ostream>
#include <thread>

#include "agora_exporter/agora/transport.h"
#include "agora_exporter/collector/collector.h"
#include "agora_exporter/storage/disk.h"
#include "agora_exporter/web/web.h"
#include "cli/commands.h"
#include "cli/reloader.h"
#include "cli/setup.h"
#include "cli/version.h"

namespace agora_exporter::cli {
namespace {

constexpr Millis kWebGrace{1'000};  // the collector may need 8 s of the 10 that stopping has in all

web::Options web_options(const Args& args, const config::Config& config,
                         std::shared_ptr<const web::Access> access, Reloader& reloader) {
  web::Options options;
  options.listen = args.listen;
  options.telemetry_path = args.telemetry_path;
  options.page = page_options(config);
  options.access = std::move(access);
  if (!args.web_config_file.empty()) options.health_listen = health_socket(config.storage_path);
  if (args.enable_lifecycle) {
    options.reload = [&reloader](web::Options::Reloaded done) { reloader.ask(std::move(done)); };
  }
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

// What the web server can be told while the collector is being opened, and from then on.
class Starting {
 public:
  explicit Starting(const Clock& clock) : clock_(clock) { replayed(); }
  void replayed() { sign_of_life_ = clock_.steady().time_since_epoch().count(); }
  void opened(const collector::Collector& collector) { collector_ = &collector; }

  web::Source source() const {
    return {[this] { return collector_ ? collector_.load()->world() : nullptr; },
            [this] { return collector_ ? collector_.load()->report() : nullptr; },
            [this] { return SteadyTime{SteadyTime::duration{sign_of_life_}}; }};
  }

 private:
  const Clock& clock_;
  std::atomic<SteadyTime::rep> sign_of_life_;
  std::atomic<const collector::Collector*> collector_{nullptr};
};

collector::Options collector_options(const Args& args, const config::Config& config, Starting& starting) {
  collector::Options options;
  options.config = config;
  options.version = kVersion;
  options.clock_stamp = args.clock ? args.clock->stamp : "";
  options.assume_fresh = args.assume_fresh;
  options.on_replayed = [&starting] { starting.replayed(); };
  return options;
}

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

int serve(const Args& args, std::ostream& err, const Signals& signals) {
  const auto config = load_config(args, err);
  WebFile web_file(args.web_config_file);
  const auto access = load_access(web_file, err);
  if (!config || !access) return 1;
  const auto system_clock = make_system_clock();
  const auto clock = choose_clock(args, *config);
  const auto log = make_stderr_log(args.log_level, args.log_format, clock ? **clock : *system_clock);
  if (!clock) return fail(*log, clock.error());
  log->info("agora-exporter starts", {{"version", kVersion}, {"config", args.config_file}});

  const auto transport = agora::make_curl_transport(**clock);
  if (!transport) return fail(*log, transport.error());
  const auto disk = storage::make_real_disk();
  // Listens before the journal is replayed: whoever asks meanwhile is told what is going on.
  Starting starting(**clock);
  Reloader reloader(args, std::move(web_file), *log);
  if (auto made = disk->make_folder(config->storage_path); !made) return fail(*log, made.error());
  const auto web =
      web::Web::start(web_options(args, *config, access, reloader), starting.source(), **clock, *log);
  if (!web) return fail(*log, web.error());
  const std::vector<std::string> addresses = (*web)->addresses();
  log->info("listening", {{"address", joined(addresses)}, {"path", args.telemetry_path}});

  signals.end_at_once(true);
  const auto collector = collector::Collector::open(collector_options(args, *config, starting),
                                                    {**clock, **transport, *disk, *log});
  signals.end_at_once(false);
  if (!collector) return fail(*log, collector.error());
  starting.opened(**collector);
  {
    const Running running(**collector);
    reloader.start(**collector, **web);
    while (signals.wait(addresses) == Signal::reload) reloader.ask([](const Result<void>&) {});
    log->info("stopping");
    reloader.stop();
    (*web)->stop(kWebGrace);  // from here on nobody asks `starting`
  }
  return 0;
}

}  // namespace agora_exporter::cli
