#include "agora_exporter/web/web.h"

#include <array>
#include <atomic>
#include <string_view>
#include <utility>

#include "agora_exporter/base/published.h"
#include "web/endpoints.h"
#include "web/gate.h"

namespace agora_exporter::web {
namespace {

// A request has no body that anybody would read.
constexpr std::size_t kMaxBody = 1024;

class WebImpl final : public Web {
 public:
  WebImpl(const Options& options, Source source, const Clock& clock, Log& log)
      : endpoints_(
            options, std::move(source),
            {[this](const timeline::World& world, const report::Report& report) {
               return exposition::render(world, report, *page_.get());
             },
             &exposition::gzip},
            [this](std::function<void()> task) { server_.load()->post(std::move(task)); }, clock, log),
        gate_([this](const http::Request& request,
                     const http::Responder& respond) { endpoints_.handle(request, respond); },
              [this](std::function<void()> task) { server_.load()->post(std::move(task)); }, clock) {
    WebImpl::set_page(options.page);
    gate_.set(options.access);
  }

  ~WebImpl() override { WebImpl::stop(Millis{0}); }

  Result<void> open(const Options& options, Log& log) {
    http::ServerOptions server;
    server.listen = options.listen;
    server.methods = {};  // what is not served is said behind the gate too
    server.tls = [this] { return gate_.tls(); };
    server.max_body_bytes = kMaxBody;
    auto started = http::Server::start(
        std::move(server),
        [this](http::Request request, http::Responder respond) {
          handle(std::move(request), std::move(respond));
        },
        log);
    if (!started) return failure(started.error());
    owner_ = std::move(*started);
    server_ = owner_.get();
    if (!options.health_listen.empty()) open_health(options.health_listen, log);
    return {};
  }

  std::vector<std::string> addresses() const override { return owner_->addresses(); }

  void set_page(const exposition::PageOptions& page) override {
    page_.publish(std::make_shared<const exposition::PageOptions>(page));
  }

  void set_access(std::shared_ptr<const Access> access) override {
    owner_->post([this, access = std::move(access)] {
      const bool other_terms = gate_.terms() != access->terms;
      gate_.set(access);
      if (other_terms) owner_->renew_connections();
    });
  }

  void stop(Millis grace) override {
    if (health_) health_->stop(Millis{0});
    if (owner_) owner_->stop(grace);
  }

 private:
  // Without it the exporter runs all the same: only its probes would not find it.
  void open_health(const std::string& address, Log& log) {
    http::ServerOptions server;
    server.listen = {address};
    server.methods = {"GET", "HEAD"};
    server.max_body_bytes = kMaxBody;
    auto started = http::Server::start(
        std::move(server),
        [this](const http::Request& request, const http::Responder& respond) {
          endpoints_.health(request, respond);
        },
        log);
    if (started) {
      health_ = std::move(*started);
    } else {
      log.warn("health checks by the socket will fail", {{"error", started.error().text()}});
    }
  }

  void handle(http::Request request, http::Responder respond) {
    // The first request may come before start() knows its server.
    if (server_.load() == nullptr) return respond(http::Response{503});
    gate_.handle(std::move(request), std::move(respond));
  }

  Published<exposition::PageOptions> page_;
  std::unique_ptr<http::Server> owner_;
  std::atomic<http::Server*> server_{nullptr};
  Endpoints endpoints_;  // these end before the server that their workers post to
  Gate gate_;
  std::unique_ptr<http::Server> health_;
};

Result<void> check(const Options& options) {
  const std::string& path = options.telemetry_path;
  if (path.empty() || path.front() != '/' || path.find_first_of(" ?#%") != std::string::npos) {
    return failure("not a path", path, "a telemetry path looks like /metrics");
  }
  for (const std::string_view taken : {"/-/healthy", "/-/ready", "/-/reload"}) {
    if (path == taken) return failure("the path is taken", path, "a telemetry path looks like /metrics");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Web>> Web::start(const Options& options, Source source, const Clock& clock, Log& log) {
  if (auto checked = check(options); !checked) return failure(checked.error());
  auto web = std::make_unique<WebImpl>(options, std::move(source), clock, log);
  if (auto opened = web->open(options, log); !opened) return failure(opened.error());
  return std::unique_ptr<Web>(std::move(web));
}

}  // namespace agora_exporter::web
