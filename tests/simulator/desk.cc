#include "simulator/desk.h"

namespace agora_exporter::simulator {

std::string said(const std::string& body) {
  const auto after = [&](std::string_view key, std::string_view end) {
    const std::size_t at = body.find(key);
    if (at == std::string::npos) return std::string("?");
    const std::size_t begin = at + key.size();
    return body.substr(begin, body.find(end, begin) - begin);
  };
  return after("\"code\":", ",") + " " + after("\"message\":\"", "\"");
}

std::string Asked::said() const { return simulator::said(answer.body); }

Asked Questions::ask(const agora::Request& request) {
  Asked asked;
  asked.answer = get(agora::target_of(request));
  agora::HttpAnswer answer;
  answer.status = asked.answer.status;
  answer.body = asked.answer.body;
  auto decoded = agora::decode(request, answer);
  asked.body = std::move(decoded.body);
  asked.todays_server = decoded.todays_server;
  return asked;
}

ApiAnswer Questions::get(const std::string& target) {
  return simulator.handle({"GET", target, simulator.options().credentials}, now);
}

Asked Questions::lists(std::int64_t start, std::int64_t end) {
  return ask({app, agora::CallListQuery{{world_time(start), world_time(end)}, "", {}, {}}});
}

Asked Questions::sessions(const std::string& call_id, std::int64_t start, std::int64_t end, int page) {
  agora::CallSessionsQuery query{{world_time(start), world_time(end)}, call_id, {}, {}, {}, true};
  if (page != 1) query.page_no = page;
  return ask({app, query});
}

Asked Questions::metrics(const std::string& call_id, std::vector<std::string> sids, std::int64_t start,
                         std::int64_t end) {
  return ask({app, agora::CallMetricsQuery{{world_time(start), world_time(end)}, call_id, std::move(sids)}});
}

Asked Questions::usage(const std::string& metric, std::int64_t start, std::int64_t end,
                       agora::Granularity g) {
  return ask({app, agora::UsageQuery{{world_time(start), world_time(end)}, metric, g}});
}

Asked Questions::quality(const std::string& metric, std::int64_t start, std::int64_t end,
                         agora::Granularity g, const std::string& product) {
  return ask({app, agora::QualityQuery{{world_time(start), world_time(end)}, metric, g, product}});
}

SimulatorOptions plain_options(std::string_view plan) {
  SimulatorOptions options = default_options(plan);
  options.world.apps = {{kApp, 480}};
  options.world.daily_rhythm = false;
  options.world.users = 3;
  options.world.duration = Seconds{1200};
  options.world.churn = false;
  options.world.server_users = 0;
  options.world.gaps = false;
  options.world.incidents = false;
  options.world.unknown_mids = false;
  options.world.long_call = false;
  options.world.doubled_uid = false;
  return options;
}

}  // namespace agora_exporter::simulator
