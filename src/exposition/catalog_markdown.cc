#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/agora/plans.h"
#include "agora_exporter/exposition/catalog_docs.h"
#include "exposition/limits_text.h"
#include "exposition/sections.h"
#include "exposition/text.h"

namespace agora_exporter::exposition {
namespace {

std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string code_list(std::string_view comma_separated) {
  std::string list = "`" + std::string(comma_separated) + "`";
  for (std::size_t at = 0; (at = list.find(',', at)) != std::string::npos; at += 4)
    list.replace(at, 1, "`, `");
  return comma_separated.empty() ? "" : list;
}

std::string sections() {
  std::string text;
  for (const Section& section : page_sections()) {
    text += fmt::format("\n## {}\n\n{}\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n",
                        section.title, section.text);
    for (const Family& family : section.families) {
      text += fmt::format("| `{}` | {} | {} | {} |\n", family.name, name_of(family.type),
                          code_list(family.labels), cell(family.help));
    }
  }
  return text;
}

std::string mids() {
  std::string text =
      "\n## Metric ids of call/metrics\n\n"
      "| mid | metric | API's unit | times | about | meaning |\n|---|---|---|---|---|---|\n";
  const auto& families = mid_families();
  for (std::size_t i = 0; i < families.size(); ++i) {
    const agora::Mid& mid = agora::mids()[i];
    text += fmt::format("| {}{} | `{}` | {} | {} | {} | {} |\n", mid.id, mid.in_specification ? "" : "*",
                        families[i].name, cell(mid.unit), number_text(agora::factor_of(mid.scale, false)),
                        mid.about_remote_user ? "remote user" : "own user", cell(mid.help));
  }
  return text +
         "\n`*`: not in the specification of 2021. Percents are taken as they are with `units.percent: "
         "fraction`. Any other mid is shown by `agora_session_unknown_mid`.\n";
}

std::string named(std::string_view title, std::span<const agora::Named> rows) {
  std::string text = fmt::format("\n## {}\n\n| id | meaning |\n|---|---|\n", title);
  for (const auto& row : rows) text += fmt::format("| {} | {} |\n", row.id, cell(row.description));
  return text;
}

std::string limits() {
  std::string text =
      "\n## Limits by plan\n\nEach can be overridden in the configuration.\n\n"
      "| plan | endpoint | requests | look-back | longest window | delay | granularity "
      "|\n|---|---|---|---|---|---|---|\n";
  for (const auto& plan : agora::plans()) {
    for (const auto endpoint : agora::kEndpoints) {
      const auto& of = plan.of(endpoint);
      text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", plan.name, name_of(endpoint),
                          requests_text(of), to_text(of.look_back), to_text(of.longest_window),
                          to_text(of.delay), granularity_text(endpoint, of));
    }
  }
  return text;
}

}  // namespace

std::string metrics_markdown() {
  return "# Metrics\n\n"
         "<!-- Written by scripts/generate-docs from the tables of the program. Do not edit. -->\n\n"
         "The page shows the world as it was at R = now - `replay.lag`: every call, session and point in its "
         "place. R "
         "itself is `agora_exporter_replay_timestamp_seconds`.\n"
         "Units are seconds, bytes and ratios from 0 to 1. A family keeps its HELP and TYPE while it has no "
         "series; a "
         "value that is not known is absent, never 0.\n" +
         sections() + mids() + named("Experience ids", agora::experiences()) +
         named("Factor ids", agora::factors()) + limits();
}

}  // namespace agora_exporter::exposition
