#include "history/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "agora_exporter/base/instant.h"

namespace agora_exporter::history {
namespace {

struct Raw {
  std::string start;
  std::vector<std::string> spans, restarts, outages, incidents;
  int calls_per_day = 100, apps = 1, users = 0;
  std::int64_t duration = 0, spacing = 0, lag = 0;
  bool even = false, no_incidents = false, no_sessions = false;
};

void add_world_flags(CLI::App& cli, Raw& raw, Flags& flags) {
  simulator::WorldOptions& world = flags.rig.world;
  cli.add_option("--seed", flags.rig.seed, "Another seed is another world")->capture_default_str();
  cli.add_option("--plan", flags.rig.plan, "Whose limits hold")
      ->check(CLI::IsMember({"standard", "premium", "enterprise"}))
      ->capture_default_str();
  cli.add_option("--calls-per-day", raw.calls_per_day,
                 "Calls that begin on a day in the first app, halved for each next")
      ->capture_default_str();
  cli.add_option("--users", raw.users, "In every call; without it a distribution");
  cli.add_option("--duration", raw.duration, "Of every call, in seconds; without it a distribution");
  cli.add_flag("--even", raw.even, "Calls begin evenly over the day: no quiet nights");
  cli.add_option("--apps", raw.apps, "How many")->check(CLI::Range(1, 50))->capture_default_str();
  cli.add_flag("--no-incidents", raw.no_incidents, "No bad times but those of --incident");
  cli.add_flag("--large-call", world.large_call, "A call of 150 users on every day");
  cli.add_option("--spacing", raw.spacing, "Every mid has a point every so many seconds");
  cli.add_option(
      "--incident", raw.incidents,
      "NETWORK,SHARE,FACTOR,FROM,MINUTES: this share of the users on a network freezes so many times "
      "as much; FROM is the world's time, a page shows it a lag later (repeatable)");
}

void add_page_flags(CLI::App& cli, Raw& raw, Flags& flags) {
  cli.add_option("--start", raw.start, "When the exporter starts (Unix seconds or RFC 3339, as all times)")
      ->required();
  cli.add_option("--span", raw.spans,
                 "FROM,UNTIL,EVERY_SECONDS: take a page at FROM and so on, UNTIL not among them (repeatable)")
      ->required();
  cli.add_option("--restart-at", raw.restarts, "The exporter is started again (repeatable)");
  cli.add_option("--outage", raw.outages, "FROM,UNTIL: the API answers with errors only (repeatable)");
  cli.add_option("--lag", raw.lag, "replay.lag in seconds; without it what the plan gives");
  cli.add_flag("--no-sessions", raw.no_sessions, "No series of sessions in the page");
  flags.page.max_series = 200'000;
  cli.add_option("--max-series", flags.page.max_series, "Of sessions in a page")->capture_default_str();
  cli.add_option("--job", flags.job, "Label of every series")->capture_default_str();
  cli.add_option("--instance", flags.instance, "Label of every series")->capture_default_str();
  cli.add_option("--out", flags.out, "Folder for the files")->required();
}

Result<WallTime> instant(std::string_view text, const std::string& flag) {
  const auto at = parse_instant(text);
  if (!at) return failure(flag + ": neither Unix seconds nor RFC 3339: \"" + std::string(text) + "\"");
  return *at;
}

template <std::size_t N>
Result<std::array<std::string_view, N>> fields(std::string_view text, const std::string& flag,
                                               const std::string& form) {
  if (static_cast<std::size_t>(std::count(text.begin(), text.end(), ',')) != N - 1)
    return failure(flag + ": \"" + std::string(text) + "\" is not " + form);
  std::array<std::string_view, N> parts;
  for (std::string_view& part : parts) {
    part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return parts;
}

// "FROM,UNTIL" as two instants.
Result<std::pair<WallTime, WallTime>> span_of(std::string_view from, std::string_view until,
                                              const std::string& flag) {
  const auto begin = instant(from, flag);
  if (!begin) return failure(begin.error());
  const auto end = instant(until, flag);
  if (!end) return failure(end.error());
  if (*end <= *begin) return failure(flag + ": UNTIL is not after FROM: \"" + std::string(until) + "\"");
  return std::pair(*begin, *end);
}

Result<void> add_pages(const std::string& text, std::vector<std::int64_t>& pages) {
  const auto parts = fields<3>(text, "--span", "FROM,UNTIL,EVERY_SECONDS");
  if (!parts) return failure(parts.error());
  const auto& [from, until, number] = *parts;
  const auto span = span_of(from, until, "--span");
  if (!span) return failure(span.error());
  std::int64_t every = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), every);
  if (error != std::errc{} || end != number.data() + number.size() || every < 1)
    return failure("--span: EVERY_SECONDS is no whole number from 1: \"" + std::string(number) + "\"");
  const std::int64_t last = unix_seconds(to_world(span->second));
  for (std::int64_t t = unix_seconds(to_world(span->first)); t < last; t += every) pages.push_back(t);
  return {};
}

Result<void> add_outage(const std::string& text, simulator::Faults& faults) {
  const auto parts = fields<2>(text, "--outage", "FROM,UNTIL");
  if (!parts) return failure(parts.error());
  const auto span = span_of((*parts)[0], (*parts)[1], "--outage");
  if (!span) return failure(span.error());
  simulator::FaultRule rule;
  rule.kind = simulator::FaultKind::error_json;
  rule.rate = 1;
  rule.from = span->first;
  rule.until = span->second;
  faults.rules.push_back(rule);
  return {};
}

// The first app has the simulator's own id, the others what comes after it in the last digits.
std::string app_id(int number) {
  std::string id(simulator::kDefaultAppId);
  constexpr std::string_view kHex = "0123456789abcdef";
  id[id.size() - 2] = kHex[static_cast<std::size_t>((9 + number / 16) % 16)];
  id[id.size() - 1] = kHex[static_cast<std::size_t>(number % 16)];
  return id;
}

Result<void> settle_world(const Raw& raw, Flags& flags) {
  simulator::WorldOptions& world = flags.rig.world;
  world.daily_rhythm = !raw.even;
  world.incidents = !raw.no_incidents;
  if (raw.users > 0) world.users = raw.users;
  if (raw.duration > 0) world.duration = Seconds{raw.duration};
  if (raw.spacing > 0) world.spacing = Seconds{raw.spacing};
  world.apps.clear();
  for (int i = 0, calls = raw.calls_per_day; i < raw.apps; ++i, calls = (calls + 1) / 2) {
    simulator::AppVolume& app = world.apps.emplace_back();
    app.app_id = app_id(i);
    app.calls_per_day = calls;
  }
  for (const std::string& incident : raw.incidents) {
    if (auto added = simulator::add_planned_incident(world, incident); !added) return added;
  }
  return {};
}

Result<void> settle(const Raw& raw, Flags& flags) {
  flags.page.sessions = !raw.no_sessions;
  if (raw.lag > 0) flags.rig.yaml_tail = "replay: { lag: " + std::to_string(raw.lag) + "s }\n";
  const auto start = instant(raw.start, "--start");
  if (!start) return failure(start.error());
  flags.rig.start = *start;
  for (const std::string& text : raw.restarts) {
    const auto at = instant(text, "--restart-at");
    if (!at) return failure(at.error());
    flags.restarts.push_back(unix_seconds(to_world(*at)));
  }
  std::sort(flags.restarts.begin(), flags.restarts.end());
  for (const std::string& span : raw.spans) {
    if (auto added = add_pages(span, flags.pages); !added) return added;
  }
  std::vector<std::int64_t>& pages = flags.pages;
  std::sort(pages.begin(), pages.end());
  pages.erase(std::unique(pages.begin(), pages.end()), pages.end());
  if (pages.empty()) return failure("--span: no page lies in any of them");
  if (pages.front() <= unix_seconds(to_world(*start)))
    return failure("--span: the first page is not after --start");
  for (const std::string& outage : raw.outages) {
    if (auto added = add_outage(outage, flags.rig.faults); !added) return added;
  }
  return settle_world(raw, flags);
}

}  // namespace

std::optional<Flags> read_flags(int argc, char** argv, int& exit_code) {
  CLI::App cli{"The exporter's pages over virtual time, as OpenMetrics files of 2 h for promtool"};
  Flags flags;
  Raw raw;
  flags.rig.plan = "enterprise";
  add_world_flags(cli, raw, flags);
  add_page_flags(cli, raw, flags);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = cli.exit(error);
    return std::nullopt;
  }
  if (const auto settled = settle(raw, flags); !settled) {
    std::fprintf(stderr, "page_history: %s\n", settled.error().text().c_str());
    exit_code = 2;
    return std::nullopt;
  }
  return flags;
}

}  // namespace agora_exporter::history
