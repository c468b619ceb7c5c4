// call/lists and call/sessions.
#include <algorithm>
#include <vector>

#include "simulator/endpoints.h"
#include "simulator/random.h"

namespace agora_exporter::simulator {
namespace {

using Names = std::span<const std::string_view>;
constexpr std::string_view kLists[] = {"start_ts", "end_ts", "cname", "appid", "page_no", "page_size"};
constexpr std::string_view kSessions[] = {"start_ts",  "end_ts", "call_id", "page_no",
                                          "page_size", "uids",   "appid",   "exclude_server_user"};
constexpr std::string_view kMetrics[] = {"start_ts", "end_ts", "appid", "call_id", "sids"};
constexpr std::string_view kQuality[] = {"startTs",    "endTs", "appid", "metric", "aggregateGranularity",
                                         "productType"};

// A rate as today's server gives it: a fraction with two places.
std::int64_t freeze_percent(std::uint64_t hash) {
  return static_cast<std::int64_t>(hash % 1'000 * (hash >> 10 & 15) / 500);
}

void write_call(JsonText& to, const Desk& desk, const CallHead& head) {
  const bool finished = unix_seconds(head.destroyed) <= desk.horizon();
  to.open('{').member("call_id", head.call_id).member("cname", head.channel);
  to.member("created_ts", unix_seconds(head.created));
  write_end(to, desk, "destroyed_ts", head.destroyed, finished);
  to.flag("finished", finished);
  if (desk.readings.server == ServerAge::today) {
    const auto call = desk.world.call(desk.app_id, head.call_id);
    const auto users = static_cast<std::int64_t>(call->sessions.size());
    to.member("call_pcu", users).name("call_acu").fixed(users * 80, 2).raw(",");
    to.name("call_audio_freeze_rate").fixed(freeze_percent(call->hash), 2).raw(",");
    to.name("call_video_freeze_rate").fixed(freeze_percent(call->hash >> 20), 2).raw(",");
  }
  to.close('}').raw(",");
}

void write_session(JsonText& to, const Desk& desk, const Call& call, const Session& s) {
  const bool finished = unix_seconds(s.left) <= desk.horizon();
  to.open('{').member("sid", s.sid).member("cname", call.head.channel).member("uid", s.uid);
  if (!s.network.empty()) to.member("network", s.network);
  to.member("platform", s.platform).flag("speaker", s.speaker);
  if (!s.sdk_version.empty()) to.member("sdk_version", s.sdk_version);
  to.member("device_type", s.device_type).member("join_ts", unix_seconds(s.joined));
  write_end(to, desk, "leave_ts", s.left, finished);
  to.flag("finished", finished);
  if (desk.readings.server == ServerAge::today) {
    const std::uint64_t hash = join(call.hash, s.user);
    to.member("account", s.account).name("roles").raw(s.speaker ? "[\"broadcaster\"]," : "[\"audience\"],");
    to.name("user_audio_freeze_rate").fixed(freeze_percent(hash), 2).raw(",");
    to.name("user_video_freeze_rate").fixed(freeze_percent(hash >> 20), 2).raw(",");
  }
  to.close('}').raw(",");
}

struct SessionFilter {
  std::string call_id;
  std::vector<std::uint32_t> uids;
  bool exclude_server_user = true;
};

std::variant<SessionFilter, Reply> filter_of(const Parameters& parameters) {
  SessionFilter filter;
  const std::string* id = parameters.find("call_id");
  if (id == nullptr || id->empty()) return bad_parameter("call_id", "can not be null");
  filter.call_id = *id;
  if (const std::string* uids = parameters.find("uids"); uids != nullptr && !uids->empty()) {
    for (const std::string& piece : split(*uids)) {
      const auto uid = whole_number(piece);
      if (!uid || *uid > 0xffffffffLL) return bad_parameter("uids", "is invalid");
      filter.uids.push_back(static_cast<std::uint32_t>(*uid));
    }
    if (filter.uids.size() > agora::kMaxUids) return bad_parameter("uids", "has more than 10 entries");
  }
  if (const std::string* flag = parameters.find("exclude_server_user")) {
    if (*flag != "true" && *flag != "false") return bad_parameter("exclude_server_user", "is invalid");
    filter.exclude_server_user = *flag == "true";
  }
  return filter;
}

std::vector<const Session*> select(const Desk& desk, const Call& call, const SessionFilter& filter,
                                   Window window) {
  std::vector<const Session*> found;
  const std::int64_t end = desk.end_of(window);
  for (const Session& s : call.sessions) {
    const std::int64_t joined = unix_seconds(s.joined);
    if (joined > desk.horizon() || joined >= end) continue;
    const bool overlaps = desk.readings.sessions_window == WindowOf::overlaps;
    if (overlaps ? unix_seconds(s.left) <= window.start : joined < window.start) continue;
    if (filter.exclude_server_user && s.server_user) continue;
    if (!filter.uids.empty() && std::find(filter.uids.begin(), filter.uids.end(), s.uid) == filter.uids.end())
      continue;
    found.push_back(&s);
  }
  std::reverse(found.begin(), found.end());  // descending joining time
  return found;
}

}  // namespace

Names known_parameters(agora::Endpoint endpoint, ServerAge server) {
  switch (endpoint) {
    case agora::Endpoint::call_lists:
      return server == ServerAge::today ? Names(kLists) : Names(kLists).first(4);
    case agora::Endpoint::call_sessions:
      return kSessions;
    case agora::Endpoint::call_metrics:
      return kMetrics;
    case agora::Endpoint::insight_usage:
      return Names(kQuality).first(5);
    case agora::Endpoint::insight_quality:
      return kQuality;
  }
  return {};
}

void write_end(JsonText& to, const Desk& desk, std::string_view name, WorldTime end, bool finished) {
  if (finished) {
    to.member(name, unix_seconds(end));
    return;
  }
  switch (desk.readings.open_end) {
    case OpenEnd::zero:
      to.member(name, 0);
      break;
    case OpenEnd::absent:
      break;
    case OpenEnd::null:
      to.name(name).raw("null,");
      break;
    case OpenEnd::newest:
      to.member(name, desk.horizon());
      break;
  }
}

std::variant<Page, Reply> page_of(const Desk& desk, const Parameters& parameters) {
  Page page;
  const std::int64_t most =
      desk.readings.server == ServerAge::today ? agora::kPageSizeToday : agora::kPageSize;
  const std::pair<std::string_view, std::int64_t*> ends[] = {{"page_no", &page.number},
                                                             {"page_size", &page.size}};
  for (const auto& [name, to] : ends) {
    const std::string* text = parameters.find(name);
    if (text == nullptr || text->empty()) continue;
    const auto n = whole_number(*text);
    if (!n || *n < 1 || (to == &page.size && *n > most) || *n > 1'000'000)
      return bad_parameter(name, "is invalid");
    *to = *n;
  }
  return page;
}

std::optional<Reply> check_running_call(const Desk& desk, const Call& call) {
  if (desk.readings.old_running_call == OldRunningCall::served) return std::nullopt;
  const auto oldest = Millis(desk.now.time_since_epoch()) - desk.limits.look_back;
  if (call.head.created.time_since_epoch() > oldest) return std::nullopt;
  return refuse_limit(desk.readings, "query time range limit error");
}

Reply call_lists(const Desk& desk, const Parameters& parameters) {
  const auto window = window_of(parameters, "start_ts", "end_ts");
  if (const auto* no = std::get_if<Reply>(&window)) return *no;
  const auto& w = std::get<Window>(window);
  if (auto no = check_window(desk.readings, desk.limits, desk.readings.call_window, w, desk.now)) return *no;
  const WorldTime start = world_time(w.start);
  const WorldTime end = world_time(desk.end_of(w));
  auto calls = desk.readings.lists_window == WindowOf::overlaps
                   ? desk.world.active_in(desk.app_id, start, end)
                   : desk.world.created_in(desk.app_id, start, end);
  const std::string* channel = parameters.find("cname");
  std::erase_if(calls, [&](const CallHead& c) {
    return unix_seconds(c.created) > desk.horizon() ||
           (channel != nullptr && !channel->empty() && c.channel != *channel);
  });
  std::reverse(calls.begin(), calls.end());
  const bool today = desk.readings.server == ServerAge::today;
  Page page{1, static_cast<std::int64_t>(agora::kListSize)};
  if (today) {
    const auto asked = page_of(desk, parameters);
    if (const auto* no = std::get_if<Reply>(&asked)) return *no;
    page = std::get<Page>(asked);
  }
  const auto total = static_cast<std::int64_t>(calls.size());
  const std::int64_t from = std::min(total, (page.number - 1) * page.size);
  const std::int64_t to = std::min(total, from + page.size);
  JsonText body(desk.readings.trailing_commas == YesNo::yes);
  begin_success(body, desk.readings, desk.request_number);
  body.flag("has_more", to < total);
  if (today) body.member("total_size", total).member("page_no", page.number).member("page_size", page.size);
  body.name("call_lists").open('[');
  for (std::int64_t i = from; i < to; ++i) write_call(body, desk, calls[static_cast<std::size_t>(i)]);
  body.close(']').raw(",").close('}');
  return success(body);
}

Reply call_sessions(const Desk& desk, const Parameters& parameters) {
  const auto window = window_of(parameters, "start_ts", "end_ts");
  if (const auto* no = std::get_if<Reply>(&window)) return *no;
  const auto filter = filter_of(parameters);
  if (const auto* no = std::get_if<Reply>(&filter)) return *no;
  const auto asked = page_of(desk, parameters);
  if (const auto* no = std::get_if<Reply>(&asked)) return *no;
  const auto& w = std::get<Window>(window);
  if (auto no = check_window(desk.readings, desk.limits, desk.readings.call_window, w, desk.now)) return *no;
  const auto call = desk.world.call(desk.app_id, std::get<SessionFilter>(filter).call_id);
  std::vector<const Session*> sessions;
  if (call != nullptr && unix_seconds(call->head.created) <= desk.horizon()) {
    if (auto no = check_running_call(desk, *call)) return *no;
    sessions = select(desk, *call, std::get<SessionFilter>(filter), w);
  }
  const auto& page = std::get<Page>(asked);
  const auto total = static_cast<std::int64_t>(sessions.size());
  const std::int64_t from = std::min(total, (page.number - 1) * page.size);
  JsonText body(desk.readings.trailing_commas == YesNo::yes);
  begin_success(body, desk.readings, desk.request_number);
  body.member("total_size", total).member("page_no", page.number).member("page_size", page.size);
  body.name("call_info").open('[');
  for (std::int64_t i = from; i < std::min(total, from + page.size); ++i) {
    write_session(body, desk, *call, *sessions[static_cast<std::size_t>(i)]);
  }
  body.close(']').raw(",").close('}');
  return success(body);
}

}  // namespace agora_exporter::simulator
