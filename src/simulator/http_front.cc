#include "agora_exporter/simulator/http_front.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <thread>
#include <utility>

#include "agora_exporter/base/mutex.h"
#include "agora_exporter/http/basic_auth.h"
#include "agora_exporter/simulator/truth.h"
#include "simulator/query.h"

namespace agora_exporter::simulator {
namespace {

// Sends answers later: the latency fault. The event loop itself never waits.
class Later {
 public:
  Later() : thread_([this] { run(); }) {}
  ~Later() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Later(const Later&) = delete;
  Later& operator=(const Later&) = delete;

  void call(Millis after, std::function<void()> what) {
    {
      MutexLock lock(mutex_);
      due_.emplace(std::chrono::steady_clock::now() + after, std::move(what));
    }
    changed_.notify_all();
  }

 private:
  void run() {
    while (true) {
      std::function<void()> what;
      {
        MutexLock lock(mutex_);
        if (stopping_) return;
        if (due_.empty()) {
          changed_.wait(mutex_);
        } else if (due_.begin()->first > std::chrono::steady_clock::now()) {
          changed_.wait_until(mutex_, due_.begin()->first);
        } else {
          what = std::move(due_.begin()->second);
          due_.erase(due_.begin());
        }
      }
      if (what) what();
    }
  }

  Mutex mutex_;
  std::condition_variable_any changed_;
  std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> due_ AGORA_GUARDED_BY(mutex_);
  bool stopping_ AGORA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

http::Response plain(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
  response.pieces.push_back(std::move(text));
  return response;
}

http::Response json(std::string text) {
  http::Response response = plain(200, std::move(text));
  response.headers.front().second = "application/json";
  return response;
}

class Front final : public HttpFront {
 public:
  Front(Simulator& simulator, const Clock& clock) : simulator_(simulator), clock_(clock) {}

  Result<void> listen(std::vector<std::string> addresses, Log& log) {
    http::ServerOptions options;
    options.listen = std::move(addresses);
    options.write_timeout = Seconds{120};
    options.date = [this] {
      const auto now = (clock_.now() + simulator_.skew()).time_since_epoch();
      return std::chrono::floor<Seconds>(now).count();
    };
    auto server = http::Server::start(
        std::move(options),
        [this](const http::Request& request, http::Responder respond) { serve(request, std::move(respond)); },
        log);
    if (!server) return failure(server.error());
    server_ = std::move(*server);
    return {};
  }

  std::vector<std::string> addresses() const override { return server_->addresses(); }

 private:
  void serve(const http::Request& request, http::Responder respond) {
    if (request.path == "/truth") {
      respond(truth(request));
      return;
    }
    if (request.path == "/counters") {
      respond(json(to_json(simulator_.counters())));
      return;
    }
    ApiRequest asked;
    asked.method = request.method;
    asked.target = request.path + (request.query.empty() ? "" : "?" + request.query);
    if (const std::string* header = request.header("authorization"))
      if (auto given = http::read_basic_auth(*header)) asked.credentials = {given->user, given->password};
    ApiAnswer answer = simulator_.handle(asked, clock_.now());
    http::Response response;
    response.status = answer.status;
    response.headers = std::move(answer.headers);
    response.pieces.push_back(std::move(answer.body));
    response.fault = answer.fault;
    if (answer.latency == Millis{0}) {
      respond(std::move(response));
      return;
    }
    auto kept = std::make_shared<http::Response>(std::move(response));
    later_.call(answer.latency, [respond = std::move(respond), kept] { respond(std::move(*kept)); });
  }

  http::Response truth(const http::Request& request) const {
    const auto parameters = Parameters::parse(request.query);
    const std::string* app = parameters ? parameters->find("appid") : nullptr;
    const std::string* ts = parameters ? parameters->find("ts") : nullptr;
    const auto at = ts != nullptr ? whole_number(*ts) : std::nullopt;
    if (app == nullptr || !at) return plain(400, "/truth?appid=...&ts=<Unix seconds>[&server_users=true]\n");
    if (!simulator_.world().has_app(*app)) return plain(404, "there is no such app\n");
    TruthOptions options;
    const std::string* server_users = parameters->find("server_users");
    options.server_users = server_users != nullptr && *server_users == "true";
    options.percent_as_fraction = simulator_.options().readings.percent == PercentAs::fraction;
    return json(to_json(truth_at(simulator_.world(), *app, world_time(*at), options)));
  }

  Simulator& simulator_;
  const Clock& clock_;
  // Declared in this order so that the server (whose loop uses it) goes first.
  Later later_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace

Result<std::unique_ptr<HttpFront>> HttpFront::start(Simulator& simulator, std::vector<std::string> listen,
                                                    const Clock& clock, Log& log) {
  auto front = std::make_unique<Front>(simulator, clock);
  auto listening = front->listen(std::move(listen), log);
  if (!listening) return failure(listening.error());
  return std::unique_ptr<HttpFront>(std::move(front));
}

}  // namespace agora_exporter::simulator
