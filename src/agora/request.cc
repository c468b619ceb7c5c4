#include "agora_exporter/agora/request.h"

#include <fmt/format.h>

#include <type_traits>

#include "agora_exporter/agora/plans.h"

namespace agora_exporter::agora {
namespace {

// RFC 3986, 2.3: everything but the unreserved characters is encoded.
void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
}

class Target {
 public:
  explicit Target(Endpoint endpoint) : text_(path_of(endpoint)) {}

  Target& add(std::string_view name, std::string_view value) {
    begin(name);
    append_encoded(text_, value);
    return *this;
  }
  Target& add(std::string_view name, std::int64_t value) {
    begin(name);
    text_ += std::to_string(value);
    return *this;
  }
  Target& add(std::string_view name, const std::optional<int>& value) {
    return value ? add(name, std::int64_t{*value}) : *this;
  }
  // Separated by bare commas, as in the specification's examples; a comma inside an element is encoded.
  template <class Elements>
  Target& add_list(std::string_view name, const Elements& elements) {
    if (elements.empty()) return *this;
    begin(name);
    const char* separator = "";
    for (const auto& element : elements) {
      text_ += separator;
      if constexpr (std::is_integral_v<std::decay_t<decltype(element)>>) {
        text_ += std::to_string(element);
      } else {
        append_encoded(text_, element);
      }
      separator = ",";
    }
    return *this;
  }
  std::string take() { return std::move(text_); }

 private:
  void begin(std::string_view name) {
    text_ += separator_;
    text_ += name;
    text_ += '=';
    separator_ = '&';
  }

  std::string text_;
  char separator_ = '?';
};

struct ToTarget {
  const std::string& app_id;

  std::string operator()(const UsageQuery& q) const { return insight(Endpoint::insight_usage, q).take(); }
  std::string operator()(const QualityQuery& q) const {
    return insight(Endpoint::insight_quality, q).add("productType", q.product).take();
  }
  std::string operator()(const CallListQuery& q) const {
    Target target = search(Endpoint::call_lists, q);
    if (!q.channel.empty()) target.add("cname", q.channel);
    return target.add("page_no", q.page_no).add("page_size", q.page_size).take();
  }
  std::string operator()(const CallSessionsQuery& q) const {
    Target target = search(Endpoint::call_sessions, q);
    target.add("call_id", q.call_id).add("page_no", q.page_no).add("page_size", q.page_size);
    target.add_list("uids", q.uids);
    // Said even where it is the default, so that a changed default changes nothing.
    return target.add("exclude_server_user", q.exclude_server_user ? "true" : "false").take();
  }
  std::string operator()(const CallMetricsQuery& q) const {
    return search(Endpoint::call_metrics, q).add("call_id", q.call_id).add_list("sids", q.sids).take();
  }

  // Insight and call search name the same three parameters differently.
  template <class Q>
  Target insight(Endpoint endpoint, const Q& q) const {
    Target target(endpoint);
    target.add("startTs", unix_seconds(q.frame.start)).add("endTs", unix_seconds(q.frame.end));
    target.add("appid", app_id).add("metric", q.metric);
    return target.add("aggregateGranularity", name_of(q.granularity));
  }
  template <class Q>
  Target search(Endpoint endpoint, const Q& q) const {
    Target target(endpoint);
    target.add("start_ts", unix_seconds(q.frame.start)).add("end_ts", unix_seconds(q.frame.end));
    return target.add("appid", app_id);
  }
};

struct Describe {
  std::string operator()(const UsageQuery& q) const {
    return fmt::format(" {} at {}", q.metric, name_of(q.granularity));
  }
  std::string operator()(const QualityQuery& q) const {
    return fmt::format(" {} of {} at {}", q.metric, q.product, name_of(q.granularity));
  }
  std::string operator()(const CallListQuery& q) const {
    return (q.channel.empty() ? std::string() : " of channel " + q.channel) + page(q.page_no);
  }
  std::string operator()(const CallSessionsQuery& q) const {
    std::string text = " of call " + q.call_id + page(q.page_no);
    if (!q.uids.empty()) text += fmt::format(", {} uids", q.uids.size());
    return text;
  }
  std::string operator()(const CallMetricsQuery& q) const {
    return fmt::format(" of call {}, {} sids", q.call_id, q.sids.size());
  }

  static std::string page(const std::optional<int>& page_no) {
    return page_no ? fmt::format(", page {}", *page_no) : std::string();
  }
};

// "2026-11-24 12:00:00 to 12:24:00"; the day is said again where it is another.
std::string describe(const Frame& frame) {
  std::string start = to_iso(frame.start);
  std::string end = to_iso(frame.end);
  for (std::string* text : {&start, &end}) {
    text->pop_back();
    (*text)[text->find('T')] = ' ';
  }
  const bool same_day = utc_day(frame.start) == utc_day(frame.end);
  return start + " to " + (same_day ? end.substr(end.find(' ') + 1) : end);
}

}  // namespace

Endpoint endpoint_of(const Request& request) {
  static_assert(std::variant_size_v<Query> == kEndpoints.size());
  return kEndpoints[request.query.index()];
}

const Frame& frame_of(const Request& request) {
  return std::visit([](const auto& query) -> const Frame& { return query.frame; }, request.query);
}

std::string target_of(const Request& request) { return std::visit(ToTarget{request.app_id}, request.query); }

std::string describe(const Request& request) {
  std::string text(name_of(endpoint_of(request)));
  text += std::visit(Describe{}, request.query);
  return text + ", " + describe(frame_of(request));
}

}  // namespace agora_exporter::agora
