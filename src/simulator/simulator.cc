#include "agora_exporter/simulator/simulator.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "simulator/endpoints.h"
#include "simulator/limiter.h"
#include "simulator/random.h"
#include "simulator/reply.h"

namespace agora_exporter::simulator {
namespace {

using agora::Endpoint;

std::optional<Endpoint> endpoint_at(std::string_view path) {
  for (const Endpoint e : agora::kEndpoints) {
    if (agora::path_of(e) == path) return e;
  }
  return std::nullopt;
}

// Code 300 is documented for Call Search only; what Insight says is a reading.
Reply over_limit(const Readings& readings, Endpoint endpoint, Excess excess) {
  const bool day = excess == Excess::day;
  if (agora::is_insight(endpoint)) {
    switch (readings.insight_over_limit) {
      case OverLimit::code_300:
        break;
      case OverLimit::code_400:
        return refuse(400, "Bad request, request frequency is limited");
      case OverLimit::code_403:
        return refuse(403, "Forbidden, request frequency is limited");
      case OverLimit::code_429: {
        Reply reply = refuse(429, "Too Many Requests");
        reply.http_status = 429;
        return reply;
      }
      case OverLimit::code_500:
        return refuse(500, "Unknown Error");
    }
  }
  return refuse_limit(readings, day ? "qpd limit error" : "qps limit error");
}

Reply no_access(const Readings& readings) {
  if (readings.server == ServerAge::year_2021) return refuse_limit(readings, "no auth");
  return refuse(300, "you have no auth to access this service, please buy or upgrade your service package");
}

}  // namespace

class Simulator::Impl {
 public:
  explicit Impl(SimulatorOptions options) : options_(std::move(options)), world_(options_.world) {}

  ApiAnswer handle(const ApiRequest& request, WallTime now) {
    const std::uint64_t number = ++requests_;
    const ServerTime server{(now + options_.faults.skew).time_since_epoch()};
    ApiAnswer answer;
    answer.date = std::chrono::floor<Seconds>(server.time_since_epoch()).count();
    finish(respond(request, now, server, number, answer), answer);
    return answer;
  }

  const World& world() const { return world_; }
  const Counters& counters() const { return counters_; }
  SimulatorOptions& options() { return options_; }

 private:
  struct Books {
    Tally counted;
    Recorder all;
  };

  Reply respond(const ApiRequest& request, WallTime now, ServerTime server, std::uint64_t number,
                ApiAnswer& answer) {
    if (!may_come_in(request, now)) return refuse(401, "Unauthorized");
    const std::size_t mark = request.target.find('?');
    const auto endpoint = endpoint_at(request.target.substr(0, mark));
    if (!endpoint || request.method != "GET") return refuse(404, "Wrong API invoked");
    const auto parameters =
        Parameters::parse(mark == std::string::npos ? std::string() : request.target.substr(mark + 1));
    if (!parameters) return refuse(400, "Bad request");
    if (auto faulty = disturb(*endpoint, *parameters, now, server, number, answer)) return std::move(*faulty);
    return admit(*endpoint, *parameters, server, number);
  }

  bool may_come_in(const ApiRequest& request, WallTime now) const {
    std::string secret = options_.credentials.customer_secret;
    for (const SecretRotation& r : options_.faults.rotations) {
      if (now >= r.at) secret = r.secret;
    }
    return request.credentials && request.credentials->customer_id == options_.credentials.customer_id &&
           request.credentials->customer_secret == secret;
  }

  std::string scope_of(const Parameters& parameters) const {
    const std::string* app = parameters.find("appid");
    return options_.readings.quota == QuotaOf::app && app != nullptr ? *app : "";
  }

  void record(Endpoint endpoint, const std::string& scope, ServerTime now) {
    Usage& usage = counters_.usage[{scope, endpoint}];
    usage.limits = options_.plan.of(endpoint);
    books_[{scope, endpoint}].all.record(now, usage);
  }

  static bool hits(const FaultRule& rule, std::size_t place, Endpoint endpoint, WallTime now,
                   std::uint64_t seed, std::uint64_t number) {
    if (rule.endpoint && *rule.endpoint != endpoint) return false;
    if ((rule.from && now < *rule.from) || (rule.until && now >= *rule.until)) return false;
    return unit_interval(join(join(seed, 0xfa01 + place), number)) < rule.rate;
  }

  // The fault that hits this request: a reply in place of the right one, or a mark on `answer`.
  std::optional<Reply> disturb(Endpoint endpoint, const Parameters& parameters, WallTime now,
                               ServerTime server, std::uint64_t number, ApiAnswer& answer) {
    const auto& rules = options_.faults.rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!hits(rules[i], i, endpoint, now, options_.world.seed, number)) continue;
      if (rules[i].kind == FaultKind::latency) {
        answer.latency += rules[i].delay;
        continue;
      }
      auto reply = apply_fault(rules[i].kind, number, answer);
      if (reply) {
        // The server saw the request, and may well have counted it.
        const std::string scope = scope_of(parameters);
        record(endpoint, scope, server);
        books_[{scope, endpoint}].counted.count(server);
      } else {
        ++counters_.answers[{0, std::string(name_of(rules[i].kind))}];
      }
      return reply;
    }
    return std::nullopt;
  }

  std::optional<Reply> apply_fault(FaultKind kind, std::uint64_t number, ApiAnswer& answer) const {
    using Kind = http::Fault::Kind;
    Reply reply;
    switch (kind) {
      case FaultKind::latency:
        return std::nullopt;
      case FaultKind::error_json:
        reply = refuse(number % 2 == 0 ? 500 : 503, "Unknown Error");
        reply.http_status = reply.code;
        return reply;
      case FaultKind::error_html:
        return Reply{502, "Bad Gateway", "<html><head><title>502 Bad Gateway</title></head></html>\r\n", 502};
      case FaultKind::too_many_retry_after:
        answer.headers.emplace_back("Retry-After", "3");
        [[fallthrough]];
      case FaultKind::too_many:
        reply = refuse(429, "Too Many Requests");
        reply.http_status = 429;
        return reply;
      case FaultKind::spontaneous_qps:
        return refuse_limit(options_.readings, "qps limit error");
      case FaultKind::spontaneous_qpd:
        return refuse_limit(options_.readings, "qpd limit error");
      case FaultKind::no_access:
        return no_access(options_.readings);
      case FaultKind::reset:
        answer.fault.kind = Kind::reset;
        return std::nullopt;
      case FaultKind::cut_body:
        answer.fault.kind = Kind::cut_body;
        return std::nullopt;
      case FaultKind::wrong_content_length:
        answer.fault.kind = Kind::wrong_content_length;
        return std::nullopt;
      case FaultKind::hang:
        answer.fault.kind = Kind::hang;
        return std::nullopt;
    }
    return std::nullopt;
  }

  Reply admit(Endpoint endpoint, const Parameters& parameters, ServerTime now, std::uint64_t number) {
    const std::string scope = scope_of(parameters);
    record(endpoint, scope, now);
    Tally& counted = books_[{scope, endpoint}].counted;
    const Excess excess = counted.excess(options_.plan.of(endpoint), now);
    Reply reply = excess != Excess::none ? over_limit(options_.readings, endpoint, excess)
                                         : serve(endpoint, parameters, now, number);
    if (reply.code == 200 || options_.readings.refused_counts == YesNo::yes) counted.count(now);
    return reply;
  }

  Reply serve(Endpoint endpoint, const Parameters& parameters, ServerTime now, std::uint64_t number) {
    const std::string* app = parameters.find("appid");
    if (app == nullptr || app->empty()) return bad_parameter("appid", "can not be null");
    if (!world_.has_app(*app)) return refuse(403, "Forbidden, the appid is not of this account");
    const auto unknown = parameters.unknown(known_parameters(endpoint, options_.readings.server));
    if (unknown && options_.readings.unknown_parameters == UnknownParameters::refused) {
      return bad_parameter(*unknown, "is unknown");
    }
    const Desk desk{
        world_, options_.readings, options_.plan.of(endpoint), *app, now, number, options_.body_cap, usage_};
    switch (endpoint) {
      case Endpoint::call_lists:
        return call_lists(desk, parameters);
      case Endpoint::call_sessions:
        return call_sessions(desk, parameters);
      case Endpoint::call_metrics:
        return call_metrics(desk, parameters);
      case Endpoint::insight_usage:
        return insight(desk, parameters, false);
      case Endpoint::insight_quality:
        return insight(desk, parameters, true);
    }
    return refuse(404, "Wrong API invoked");
  }

  void finish(Reply reply, ApiAnswer& answer) {
    ++counters_.answers[{reply.code, reply.message}];
    const bool as_code = options_.readings.http_status == HttpStatus::as_code;
    answer.status = reply.http_status ? *reply.http_status : as_code ? reply.code : 200;
    const bool html = !reply.body.empty() && reply.body.front() == '<';
    answer.headers.emplace_back("Content-Type", html ? "text/html" : "application/json");
    answer.body = std::move(reply.body);
    if (answer.fault.kind == http::Fault::Kind::cut_body) answer.fault.after_bytes = answer.body.size() / 2;
  }

  SimulatorOptions options_;
  World world_;
  Counters counters_;
  std::map<std::pair<std::string, Endpoint>, Books> books_;
  UsageMemory usage_;
  std::uint64_t requests_ = 0;
};

SimulatorOptions default_options(std::string_view plan) {
  SimulatorOptions options;
  const auto found = agora::find_plan(plan);
  if (!found) std::abort();
  options.plan = *found;
  return options;
}

Simulator::Simulator(SimulatorOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Simulator::~Simulator() = default;
ApiAnswer Simulator::handle(const ApiRequest& request, WallTime now) { return impl_->handle(request, now); }
const World& Simulator::world() const { return impl_->world(); }
const SimulatorOptions& Simulator::options() const { return impl_->options(); }
const Counters& Simulator::counters() const { return impl_->counters(); }
Faults& Simulator::faults() { return impl_->options().faults; }
agora::Plan& Simulator::plan() { return impl_->options().plan; }
Millis Simulator::skew() const { return impl_->options().faults.skew; }

}  // namespace agora_exporter::simulator
