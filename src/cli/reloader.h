// Reads the configuration again when told to, and the web configuration also when it changes.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agora_exporter/base/log.h"
#include "agora_exporter/base/mutex.h"
#include "agora_exporter/collector/collector.h"
#include "agora_exporter/web/web.h"
#include "cli/args.h"
#include "cli/web_file.h"

namespace agora_exporter::cli {

// What the files say is put to use whole or not at all. Files are read in a thread of its own. A web
// configuration that changes is put to use by itself, but not while a whole one is on its way.
class Reloader {
 public:
  using Done = std::function<void(Result<void>)>;

  // `web_file` has been loaded. Until start() it only keeps what is asked.
  Reloader(const Args& args, WebFile web_file, Log& log);
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  // Both must outlive stop().
  void start(collector::Collector& collector, web::Web& web);
  // From any thread; `done` is called in any.
  void ask(Done done);
  // What is still asked is refused. A second call does nothing.
  void stop();

 private:
  void work();
  void reload(std::vector<Done> asked);
  void taken(const Result<void>& how, const exposition::PageOptions& page, const WebFileResult& web);
  void reload_web();

  const Args args_;
  WebFile web_file_;
  Log& log_;
  collector::Collector* collector_ = nullptr;
  web::Web* web_ = nullptr;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Done> asked_ AGORA_GUARDED_BY(mutex_);
  bool stopping_ AGORA_GUARDED_BY(mutex_) = false;
  int on_their_way_ AGORA_GUARDED_BY(mutex_) = 0;  // configurations that the collector has not taken yet
  bool config_is_wrong_ AGORA_GUARDED_BY(mutex_) = false;         // the newest of exporter.yaml
  std::optional<std::string> web_used_ AGORA_GUARDED_BY(mutex_);  // of the access that came with a whole one
  std::string said_;                                              // of the web configuration's errors
  std::thread thread_;
};

exposition::PageOptions page_options(const config::Config& config);

}  // namespace agora_exporter::cli
