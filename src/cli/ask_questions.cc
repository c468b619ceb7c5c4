#include "cli/ask_questions.h"

#include <algorithm>
#include <variant>

namespace agora_exporter::cli {
namespace {

using agora::Endpoint;

constexpr const char* kNoCall = "00000000000000000000000000000000";
constexpr Seconds kMargin{60};  // the request travels, and the look-back moves on

agora::Frame insight_frame(const agora::Limits& limits, const quota::ServerClock& clock, WallTime now) {
  const WorldTime newest = quota::latest_end(clock, now, limits.delay);
  const WorldTime oldest = quota::earliest_start(clock, now, limits.look_back) + kMargin;
  const Seconds length = std::min(kDay, limits.longest_window);
  const WorldTime start = std::min(oldest, newest - length);
  return {start, start + length};
}

agora::Frame call_frame(const agora::Limits& limits, const quota::ServerClock& clock, WallTime now,
                        const std::optional<KnownCall>& known) {
  const WorldTime newest = quota::latest_end(clock, now, limits.delay);
  const WorldTime oldest = quota::earliest_start(clock, now, limits.look_back) + kMargin;
  if (!known) return {newest - kMargin, newest};
  const WorldTime start = std::max(oldest, known->call.created);
  // Whether the longest window itself is allowed is not specified.
  const WorldTime end = std::min({newest, start + limits.longest_window - Seconds{1},
                                  known->call.destroyed.value_or(newest) + Seconds{1}});
  return {start, std::max(end, start + Seconds{1})};
}

agora::Granularity first_of(const config::InsightChoice& choice) { return choice.granularity.front(); }

}  // namespace

const config::App* app_that_uses(const config::Account& account, Endpoint endpoint) {
  for (const config::App& app : account.apps) {
    const bool uses = endpoint == Endpoint::insight_usage     ? app.usage.enabled
                      : endpoint == Endpoint::insight_quality ? app.quality.enabled
                                                              : app.calls;
    if (uses) return &app;
  }
  return nullptr;
}

agora::Request question(const config::Account& account, const config::App& app, Endpoint endpoint,
                        const quota::ServerClock& clock, WallTime now,
                        const std::optional<KnownCall>& known) {
  const agora::Limits& limits = account.plan.of(endpoint);
  agora::Request request;
  request.app_id = app.app_id;
  switch (endpoint) {
    case Endpoint::insight_usage:
      request.query = agora::UsageQuery{insight_frame(limits, clock, now), app.usage.metrics.front(),
                                        first_of(app.usage)};
      break;
    case Endpoint::insight_quality:
      request.query = agora::QualityQuery{insight_frame(limits, clock, now), app.quality.metrics.front(),
                                          first_of(app.quality), app.quality.products.front()};
      break;
    case Endpoint::call_lists: {
      agora::CallListQuery query;
      query.frame.end = quota::latest_end(clock, now, limits.delay);
      query.frame.start = std::max(query.frame.end - limits.longest_window + Seconds{1},
                                   quota::earliest_start(clock, now, limits.look_back) + kMargin);
      request.query = query;
      break;
    }
    case Endpoint::call_sessions: {
      agora::CallSessionsQuery query;
      query.frame = call_frame(limits, clock, now, known);
      query.call_id = known ? known->call.call_id : kNoCall;
      request.query = query;
      break;
    }
    case Endpoint::call_metrics: {
      agora::CallMetricsQuery query;
      query.frame = call_frame(limits, clock, now, known);
      query.call_id = known ? known->call.call_id : kNoCall;
      query.sids = known && !known->sids.empty() ? known->sids : std::vector<std::string>{kNoCall};
      request.query = query;
      break;
    }
  }
  return request;
}

void learn_call(const agora::Body& body, WorldTime created_after, WorldTime created_before,
                std::optional<KnownCall>& known) {
  if (const auto* list = std::get_if<agora::CallList>(&body)) {
    for (const agora::CallEntry& call : list->calls) {
      if (call.created <= created_after || call.created >= created_before) continue;
      if (!known || call.created > known->call.created) known = KnownCall{call, {}};
    }
  } else if (const auto* page = std::get_if<agora::SessionPage>(&body); page && known) {
    for (const agora::SessionEntry& session : page->sessions) {
      if (known->sids.size() < agora::kMaxSids) known->sids.push_back(session.sid);
    }
  }
}

}  // namespace agora_exporter::cli
