#include "web/endpoints.h"

#include <algorithm>
#include <utility>

#include "web/accept.h"
#include "web/html.h"
#include "web/landing.h"
#include "web/text_answer.h"

namespace agora_exporter::web {
namespace {

http::Response wrong_method(const std::string& right) {
  auto response = text_answer(405, "this path takes " + right);
  response.headers.emplace_back("Allow", right);
  return response;
}

http::Response html_answer(std::string html) {
  http::Response response;
  response.headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"}};
  response.pieces.push_back(std::move(html));
  return response;
}

}  // namespace

Endpoints::Endpoints(const Options& options, Source source, Renderer renderer, Pages::PostToLoop post,
                     const Clock& clock, Log& log)
    : telemetry_path_(options.telemetry_path),
      version_(options.version),
      source_(std::move(source)),
      reload_(options.reload),
      clock_(clock),
      started_(clock.steady()),
      pages_(std::move(renderer), pool_, std::move(post), log),
      pool_(options.workers, options.queue) {}

void Endpoints::handle(const http::Request& request, const http::Responder& respond) {
  const bool is_reload = request.path == "/-/reload";
  const bool is_reading = request.method == "GET" || request.method == "HEAD";
  if (is_reload ? request.method != "POST" : !is_reading)
    return respond(wrong_method(is_reload ? "POST" : "GET, HEAD"));
  if (is_reload) return reload(respond);
  if (request.path == telemetry_path_) return metrics(request, respond);
  if (request.path == "/-/healthy") return respond(healthy());
  if (request.path == "/-/ready") return respond(ready());
  if (request.path == "/") return landing(respond);
  respond(text_answer(404, "not found"));
}

void Endpoints::health(const http::Request& request, const http::Responder& respond) const {
  if (request.path == "/-/healthy") return respond(healthy());
  if (request.path == "/-/ready") return respond(ready());
  respond(text_answer(404, "not found"));
}

void Endpoints::metrics(const http::Request& request, const http::Responder& respond) {
  auto world = source_.world();
  auto report = source_.report();
  if (!world || !report)
    return respond(text_answer(503, "there is no page yet: the journal is being replayed"));
  pages_.ask(std::move(world), std::move(report), accepts_gzip(request.headers), respond);
}

http::Response Endpoints::healthy() const {
  const auto report = source_.report();
  const SteadyTime starting = source_.starting ? std::max(source_.starting(), started_) : started_;
  const auto age = clock_.steady() - (report ? report->heartbeat : starting);
  if (age < kHeartbeatAge) return text_answer(200, "healthy");
  const auto words = in_words(std::chrono::duration_cast<Millis>(age));
  return text_answer(503, report ? "the collector has given no sign of life for " + words
                                 : "the start has given no sign of life for " + words);
}

http::Response Endpoints::ready() const {
  const auto report = source_.report();
  if (!report) return text_answer(503, "not ready: the journal is being replayed");
  if (report->status.ready) return text_answer(200, "ready");
  return text_answer(
      503, "not ready: waiting for " + (report->status.waiting_for.empty() ? std::string("the first answers")
                                                                           : report->status.waiting_for));
}

void Endpoints::reload(const http::Responder& respond) {
  if (!reload_) return respond(text_answer(403, "not allowed: start with --web.enable-lifecycle"));
  reload_([respond](const Result<void>& done) {
    respond(done ? text_answer(200, "the configuration has been read again")
                 : text_answer(500, "the old configuration stays: " + done.error().text()));
  });
}

void Endpoints::landing(const http::Responder& respond) {
  LandingInput input{version_, telemetry_path_, clock_.now(), source_.world(), source_.report()};
  const bool taken =
      pool_.post([input = std::move(input), respond] { respond(html_answer(landing_page(input))); });
  if (!taken) respond(text_answer(503, "too many pages are asked for at once"));
}

}  // namespace agora_exporter::web
