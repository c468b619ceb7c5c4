// call/metrics: tens of nanoseconds a point.
#include <algorithm>
#include <cstring>
#include <vector>

#include "simulator/endpoints.h"
#include "simulator/models.h"
#include "simulator/random.h"
#include "simulator/series.h"

namespace agora_exporter::simulator {
namespace {

constexpr std::int64_t kMostTrailing = 20;
constexpr std::size_t kPointBytes = 40;

// "[1548670255," of every second of a range, written once an answer.
class TimeTexts {
 public:
  static constexpr std::size_t kWidth = 12;
  TimeTexts(std::int64_t first, std::int64_t last) : first_(first) {
    texts_.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, last - first + 1)) * kWidth);
    char* to = texts_.data();
    for (std::int64_t t = first; t <= last; ++t, to += kWidth) {
      *to = '[';
      std::to_chars(to + 1, to + kWidth - 1, t);
      to[kWidth - 1] = ',';
    }
  }
  const char* of(std::int64_t t) const {
    return texts_.data() + static_cast<std::size_t>(t - first_) * kWidth;
  }

 private:
  std::int64_t first_;
  std::vector<char> texts_;
};

struct Part {
  const Session* session = nullptr;
  std::size_t index = 0;
  std::int64_t from = 0, to = -1;
};

class MetricsWriter {
 public:
  MetricsWriter(const Desk& desk, const Call& call, std::int64_t first, std::int64_t last, JsonText& body)
      : desk_(desk), call_(call), times_(first, last), body_(body) {}

  // False if the session has no point in its part.
  bool write(const Part& part) {
    const std::size_t start = body_.length();
    body_.open('{').member("sid", part.session->sid).name("data").open('[');
    bool any = false;
    for (const Stream& stream : desk_.world.streams(call_, part.index)) {
      if (body_.length() > desk_.body_cap) break;  // the reader gives up before this
      any = write_stream(stream, part) || any;
    }
    body_.close(']').raw(",").close('}').raw(",");
    if (!any && desk_.readings.empty_sids_listed == YesNo::no) body_.wrote(body_.at(start));
    return any;
  }

 private:
  bool write_stream(const Stream& stream, const Part& part) {
    const Model& model = models()[stream.model];
    const int decimals =
        model.decimals + (model.percent && desk_.readings.percent == PercentAs::fraction ? 2 : 0);
    const std::size_t start = body_.length();
    body_.open('{').member("mid", stream.mid).name("kvs").open('[');
    const std::size_t first = body_.length();
    const auto most =
        static_cast<std::size_t>(std::max<std::int64_t>(0, part.to - part.from) / stream.step + 4);
    char* const begin = body_.room(most * kPointBytes);
    char* to = begin;
    char* middle = begin;
    const std::int64_t half = part.from + (part.to - part.from) / 2;
    Series series(desk_.world.options(), *part.session, stream);
    series.each(part.from, part.to, [&](std::int64_t at, std::int64_t digits) {
      std::memcpy(to, times_.of(at), TimeTexts::kWidth);
      to = write_fixed(to + TimeTexts::kWidth, digits, decimals);
      *to++ = ']';
      *to++ = ',';
      if (at < half) middle = to;
    });
    body_.wrote(to);
    if (to == begin) {
      body_.wrote(body_.at(start));
      return false;
    }
    if (desk_.readings.points_sorted == YesNo::no) unsort(first, static_cast<std::size_t>(middle - begin));
    body_.close(']', true).raw(",").member("peer_uid", stream.peer_uid).close('}').raw(",");
    return true;
  }

  // The later half first, and one point twice.
  void unsort(std::size_t first, std::size_t half) {
    const std::size_t length = body_.length() - first;
    char* const begin = body_.at(first);
    std::rotate(begin, begin + half, begin + length);
    const char* const comma = static_cast<const char*>(std::memchr(begin, ']', length));
    const std::string repeated(begin, static_cast<std::size_t>(comma + 2 - begin));
    body_.raw(repeated);
  }

  const Desk& desk_;
  const Call& call_;
  TimeTexts times_;
  JsonText& body_;
};

// The points that can be had of a session: a live one may end some seconds before now - delay, never with a
// hole.
Part part_of(const Desk& desk, const Call& call, std::size_t index, Window w) {
  const Session& s = call.sessions[index];
  const bool clipped = desk.readings.points == Clipping::window;
  const std::int64_t trailing = desk.readings.newest_data == NewestData::trailing
                                    ? static_cast<std::int64_t>(stable_hash(s.sid) % (kMostTrailing + 1))
                                    : 0;
  const std::int64_t end = unix_seconds(s.left) - 1;
  Part part{&s, index, unix_seconds(s.joined), std::min(end, desk.horizon() - trailing)};
  if (clipped) {
    part.from = std::max(part.from, w.start);
    part.to = std::min(part.to, desk.end_of(w) - 1);
  }
  return part;
}

std::vector<Part> parts_of(const Desk& desk, const Call& call, const std::vector<std::string>& sids,
                           Window w) {
  std::vector<Part> parts;
  for (const std::string& sid : sids) {
    for (std::size_t i = 0; i < call.sessions.size(); ++i) {
      if (call.sessions[i].sid == sid && unix_seconds(call.sessions[i].joined) <= desk.horizon()) {
        parts.push_back(part_of(desk, call, i, w));
      }
    }
  }
  if (desk.readings.asked_order == YesNo::no) std::reverse(parts.begin(), parts.end());
  return parts;
}

}  // namespace

Reply call_metrics(const Desk& desk, const Parameters& parameters) {
  const auto window = window_of(parameters, "start_ts", "end_ts");
  if (const auto* no = std::get_if<Reply>(&window)) return *no;
  const std::string* id = parameters.find("call_id");
  if (id == nullptr || id->empty()) return bad_parameter("call_id", "can not be null");
  const std::string* list = parameters.find("sids");
  if (list == nullptr || list->empty()) return bad_parameter("sids", "can not be null");
  const auto sids = split(*list);
  if (sids.size() > agora::kMaxSids) return bad_parameter("sids", "has more than 20 entries");
  const auto& w = std::get<Window>(window);
  if (auto no = check_window(desk.readings, desk.limits, desk.readings.call_window, w, desk.now)) return *no;
  const auto call = desk.world.call(desk.app_id, *id);
  std::vector<Part> parts;
  if (call != nullptr && unix_seconds(call->head.created) <= desk.horizon()) {
    if (auto no = check_running_call(desk, *call)) return *no;
    parts = parts_of(desk, *call, sids, w);
  }
  JsonText body(desk.readings.trailing_commas == YesNo::yes);
  begin_success(body, desk.readings, desk.request_number);
  body.name("metrics").open('[');
  if (!parts.empty()) {
    std::int64_t first = parts.front().from;
    std::int64_t last = parts.front().to;
    for (const Part& p : parts) {
      first = std::min(first, p.from);
      last = std::max(last, p.to);
    }
    MetricsWriter writer(desk, *call, first, last, body);
    for (const Part& p : parts) writer.write(p);
  }
  body.close(']').raw(",").close('}');
  return success(body);
}

}  // namespace agora_exporter::simulator
