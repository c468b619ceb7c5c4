#include "web/landing.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "web/html.h"

namespace agora_exporter::web {
namespace {

using report::EndpointStatus;
using report::Status;

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6775; --line: #d9dfe6; --back: #f6f8fa; --card: #fff;
  --good: #18794e; --wait: #92600a; --bad: #b42318; --bar: #2f6fdb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ef; --soft: #9aa7b5; --line: #2c3743; --back: #11171e;
  --card: #19212a; --good: #4cc38a; --wait: #e2a33a; --bad: #ff7b6e; --bar: #6ea1ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; margin: 0; } h1 small { font-size: 1rem; font-weight: 400; color: var(--soft); }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
p { margin: .4rem 0; } .soft { color: var(--soft); } a { color: var(--bar); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin-top: 1rem; }
nav a { display: inline-block; margin: .6rem 1rem 0 0; }
.state { border-left: 4px solid var(--good); } .state.wait { border-color: var(--wait); }
.state.bad { border-color: var(--bad); } .state.bad h2, .error { color: var(--bad); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--soft); font-weight: 500; } tbody th { font-weight: 500; }
td { overflow-wrap: anywhere; } .number { white-space: nowrap; font-variant-numeric: tabular-nums; }
meter { width: 5rem; height: .8rem; vertical-align: baseline; }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  thead { display: none; } table, tbody, tr, th, td { display: block; border: 0; padding: .1rem 0; }
  tr { border-top: 1px solid var(--line); padding: .5rem 0; } }
)";

class Page {
 public:
  explicit Page(const LandingInput& input) : input_(input) {}

  std::string text() {
    head();
    state();
    if (input_.world) replayed();
    if (input_.report) {
      next();
      endpoints();
    }
    out_ += "</main></body></html>\n";
    return std::move(out_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> form, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), form, std::forward<Args>(args)...);
  }

  const Status& status() const { return input_.report->status; }

  void head() {
    add("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<title>Agora Exporter</title><style>{}</style></head><body><main>\n",
        kStyle);
    add("<h1>Agora Exporter <small>{}</small></h1>\n", escape_html(input_.version));
    out_ +=
        "<p>Call quality of <a href=\"https://www.agora.io\">Agora</a> for Prometheus. The vendor tells late "
        "what "
        "a call was like, so the page replays the world a constant time behind the clock: every call, "
        "session and "
        "point in its place and in order.</p>\n";
    add("<nav><a href=\"{}\">Metrics</a><a href=\"/-/ready\">Ready?</a><a "
        "href=\"/-/healthy\">Healthy?</a></nav>\n",
        escape_html(input_.telemetry_path));
  }

  void state() {
    if (!input_.report) {
      out_ +=
          "<section class=\"state wait\"><h2>Starting</h2><p>Nothing has been reported yet.</p></section>\n";
      return;
    }
    const bool bad = !status().storage_error.empty();
    add("<section class=\"state{}\"><h2>{}</h2>\n",
        bad              ? " bad"
        : status().ready ? ""
                         : " wait",
        bad              ? "The disk cannot be written"
        : status().ready ? "Ready"
                         : "Not ready yet");
    if (bad) add("<p class=\"error\">{}</p>\n", escape_html(status().storage_error));
    if (!status().ready) {
      add("<p>Waiting for: {}</p>\n",
          status().waiting_for.empty() ? "the first answers" : escape_html(status().waiting_for));
    }
    complete();
    out_ += "</section>\n";
  }

  void complete() {
    if (!status().complete_at) {
      out_ += "<p>When the first complete page can be expected is not known yet.</p>\n";
      return;
    }
    const auto at = *status().complete_at;
    if (at <= input_.now) {
      add("<p>The page is complete since {}, as far as the plans' budgets carry.</p>\n", instant(at));
    } else {
      add("<p>The first complete page is expected at {}, in {}.</p>\n", instant(at),
          in_words(at - input_.now));
    }
  }

  void replayed() {
    const auto& world = *input_.world;
    const auto shown_at = to_wall(world.at);
    const auto sum = [&](auto timeline::AppWorld::*count) {
      return std::accumulate(world.apps.begin(), world.apps.end(), std::uint64_t{0},
                             [&](std::uint64_t total, const auto& app) { return total + app.*count; });
    };
    add("<section><h2>What the page shows</h2><dl><dt>The world at</dt><dd>{} ({} ago)</dd>",
        instant(shown_at), in_words(input_.now - shown_at));
    if (input_.report) add("<dt>Replay lag</dt><dd>{}</dd>", in_words(status().lag));
    add("<dt>Active calls</dt><dd>{}</dd><dt>Sessions</dt><dd>{}</dd>",
        sum(&timeline::AppWorld::active_calls), world.sessions.size());
    if (const auto unknown = sum(&timeline::AppWorld::calls_end_unknown); unknown > 0) {
      add("<dt>End not known</dt><dd>{} calls</dd>", unknown);
    }
    out_ += "<dt>Apps</dt><dd>";
    for (std::size_t i = 0; i < world.apps.size(); ++i) {
      add("{}{}", i == 0 ? "" : ", ", escape_html(world.apps[i].app));
    }
    out_ += "</dd></dl></section>\n";
  }

  void next() {
    add("<section><h2>Now</h2><dl><dt>Next request</dt><dd>{}</dd>",
        status().next.empty() ? "none" : escape_html(status().next));
    add("<dt>Running since</dt><dd>{} ({})</dd></dl></section>\n", instant(status().started),
        in_words(input_.now - status().started));
  }

  void endpoints() {
    out_ += "<section><h2>Endpoints and today's budget</h2>\n";
    const auto& all = status().endpoints;
    if (all.empty()) out_ += "<p class=\"soft\">None is asked.</p>\n";
    if (!all.empty()) {
      out_ +=
          "<div class=\"scroll\"><table><thead><tr><th>Endpoint</th><th>Spent today "
          "(UTC)</th><th>State</th></tr>"
          "</thead><tbody>\n";
      for (const auto& endpoint : all) row(endpoint);
      out_ += "</tbody></table></div>\n";
    }
    out_ += "</section>\n";
  }

  void row(const EndpointStatus& endpoint) {
    add("<tr><th>{}<br><span class=\"soft\">{}</span></th><td class=\"number\">{}</td><td>",
        agora::name_of(endpoint.endpoint), escape_html(endpoint.account), spent(endpoint));
    if (!endpoint.access) {
      out_ += "<span class=\"error\">the plan lacks it</span>; tried again once a day";
    } else if (endpoint.last_error.empty()) {
      out_ += "good";
    }
    if (!endpoint.last_error.empty()) {
      add("{}<span class=\"error\">{}</span>", endpoint.access ? "" : "<br>",
          escape_html(endpoint.last_error));
      if (endpoint.errors > 1) add(" <span class=\"soft\">({} times in a row)</span>", endpoint.errors);
    }
    out_ += "</td></tr>\n";
  }

  static std::string spent(const EndpointStatus& endpoint) {
    auto text = fmt::format("{}", endpoint.used_today);
    if (endpoint.limit_today > 0) {
      const auto share = 100.0 * endpoint.used_today / endpoint.limit_today;
      text += fmt::format(" of {} ({:.0f} %) <meter max=\"{}\" value=\"{}\"></meter>", endpoint.limit_today,
                          share, endpoint.limit_today, std::min(endpoint.used_today, endpoint.limit_today));
    }
    if (endpoint.assumed_spent > 0) {
      text += fmt::format("<br><span class=\"soft\">{} of them taken as spent before the start</span>",
                          endpoint.assumed_spent);
    }
    return text;
  }

  const LandingInput& input_;
  std::string out_;
};

}  // namespace

std::string landing_page(const LandingInput& input) { return Page(input).text(); }

}  // namespace agora_exporter::web
