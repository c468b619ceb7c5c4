#include "cli/reloader.h"

#include <memory>
#include <utility>

#include "cli/setup.h"

namespace agora_exporter::cli {
namespace {

// How soon a changed certificate is in use.
constexpr Millis kLook{1'000};

void tell(const std::vector<Reloader::Done>& asked, const Result<void>& how) {
  for (const Reloader::Done& done : asked) done(how);
}

// All of them as one, each on the log too.
Error together(const std::vector<Error>& errors, Log& log) {
  std::string all;
  for (const Error& error : errors) {
    log.error("the configuration is refused", {{"error", error.text()}});
    all += (all.empty() ? "" : "\n") + error.text();
  }
  return {all, "", ""};
}

}  // namespace

exposition::PageOptions page_options(const config::Config& config) {
  return {config.sessions, config.mids, config.max_series};
}

Reloader::Reloader(const Args& args, WebFile web_file, Log& log)
    : args_(args), web_file_(std::move(web_file)), log_(log) {}

Reloader::~Reloader() { stop(); }

void Reloader::start(collector::Collector& collector, web::Web& web) {
  collector_ = &collector;
  web_ = &web;
  thread_ = std::thread([this] { work(); });
}

void Reloader::ask(Done done) {
  {
    MutexLock lock(mutex_);
    if (!stopping_) {
      asked_.push_back(std::move(done));
      done = nullptr;
    }
  }
  if (done) done(failure("the exporter stops"));
  changed_.notify_all();
}

void Reloader::stop() {
  std::vector<Done> left;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    left.swap(asked_);
  }
  changed_.notify_all();
  tell(left, failure("the exporter stops"));
  if (thread_.joinable()) thread_.join();
}

void Reloader::work() {
  for (;;) {
    std::vector<Done> asked;
    bool look = false;
    {
      MutexLock lock(mutex_);
      if (asked_.empty() && !stopping_) changed_.wait_for(mutex_, kLook);
      if (stopping_) return;
      asked.swap(asked_);
      look = on_their_way_ == 0;
      if (web_used_) web_file_.put_to_use(*web_used_);
      web_used_.reset();
    }
    if (!asked.empty()) {
      reload(std::move(asked));
    } else if (look && web_file_.changed()) {
      reload_web();
    }
  }
}

void Reloader::reload(std::vector<Done> asked) {
  config::LoadResult loaded = load(args_);
  if (loaded.config)
    if (auto allowed = clock_allows(args_, *loaded.config); !allowed)
      loaded.errors.push_back(allowed.error());
  WebFileResult web = web_file_.load();
  std::vector<Error> errors = loaded.errors;
  errors.insert(errors.end(), web.errors.begin(), web.errors.end());
  for (const Error& warning : loaded.warnings) log_.warn(warning.text());
  if (web.errors.empty()) said_.clear();
  if (!errors.empty()) {
    {
      MutexLock lock(mutex_);
      config_is_wrong_ = !loaded.errors.empty();
    }
    collector_->note_reading(false);
    return tell(asked, failure(together(errors, log_)));
  }
  {
    MutexLock lock(mutex_);
    ++on_their_way_;
  }
  const exposition::PageOptions page = page_options(*loaded.config);
  // The collector is the only one that can still refuse: it goes first.
  collector_->reload(std::move(*loaded.config),
                     [this, page, web = std::move(web), asked = std::move(asked)](const Result<void>& how) {
                       taken(how, page, web);
                       tell(asked, how);
                     });
}

void Reloader::taken(const Result<void>& how, const exposition::PageOptions& page, const WebFileResult& web) {
  if (how) {
    web_->set_page(page);
    web_->set_access(web.access);
  }
  MutexLock lock(mutex_);
  --on_their_way_;
  config_is_wrong_ = !how;
  if (how) web_used_ = web.signature;
}

void Reloader::reload_web() {
  const WebFileResult web = web_file_.load();
  bool config_is_wrong = false;
  {
    MutexLock lock(mutex_);
    config_is_wrong = config_is_wrong_;
  }
  collector_->note_reading(web.access && !config_is_wrong);
  std::string errors;
  for (const Error& error : web.errors) errors += error.text() + '\n';
  // A file with errors is tried again every second, but they are said once.
  if (std::exchange(said_, errors) != errors && !errors.empty()) together(web.errors, log_);
  if (!web.access) return;
  web_->set_access(web.access);
  web_file_.put_to_use(web.signature);
  log_.info("the new web configuration is in use");
}

}  // namespace agora_exporter::cli
