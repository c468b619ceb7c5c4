#include "agora_exporter/web/web.h"

#include <array>
#include <atomic>
#include <string_view>
#include <utility>

#include "web/endpoints.h"

namespace agora_exporter::web {
namespace {

// A request has no body that anybody would read.
constexpr std::size_t kMaxBody = 1024;

class WebImpl final : public Web {
 public:
  WebImpl(const Options& options, Source source, const Clock& clock, Log& log)
      : endpoints_(
            options, std::move(source), renderer(options.page),
            [this](std::function<void()> task) { server_.load()->post(std::move(task)); }, clock, log) {}

  ~WebImpl() override { WebImpl::stop(Millis{0}); }

  Result<void> open(const Options& options, Log& log) {
    http::ServerOptions server;
    server.listen = options.listen;
    server.methods = {"GET", "HEAD"};
    server.max_body_bytes = kMaxBody;
    auto started = http::Server::start(
        std::move(server),
        [this](const http::Request& request, const http::Responder& respond) { handle(request, respond); },
        log);
    if (!started) return failure(started.error());
    owner_ = std::move(*started);
    server_ = owner_.get();
    return {};
  }

  std::vector<std::string> addresses() const override { return owner_->addresses(); }

  void stop(Millis grace) override {
    if (owner_) owner_->stop(grace);
  }

 private:
  static Renderer renderer(const exposition::PageOptions& page) {
    return {[page](const timeline::World& world, const report::Report& report) {
              return exposition::render(world, report, page);
            },
            &exposition::gzip};
  }

  void handle(const http::Request& request, const http::Responder& respond) {
    // The first request may come before start() knows its server.
    if (server_.load() == nullptr) return respond(http::Response{503});
    endpoints_.handle(request, respond);
  }

  std::unique_ptr<http::Server> owner_;
  std::atomic<http::Server*> server_{nullptr};
  Endpoints endpoints_;  // ends before the server that its workers post to
};

Result<void> check(const Options& options) {
  const std::string& path = options.telemetry_path;
  if (path.empty() || path.front() != '/' || path.find_first_of(" ?#%") != std::string::npos) {
    return failure("not a path", path, "a telemetry path looks like /metrics");
  }
  for (const std::string_view taken : {"/-/healthy", "/-/ready"}) {
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
