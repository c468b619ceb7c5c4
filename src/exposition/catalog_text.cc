#include <fmt/format.h>

#include <span>
#include <string>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/agora/plans.h"
#include "agora_exporter/exposition/catalog_docs.h"
#include "exposition/limits_text.h"
#include "exposition/sections.h"
#include "exposition/text.h"

namespace agora_exporter::exposition {
namespace {

std::string metrics() {
  std::string text;
  for (const Section& section : page_sections()) {
    text += section.title + "\n";
    for (const Family& family : section.families) {
      const std::string name = family.labels.empty() ? family.name : family.name + "{" + family.labels + "}";
      text += fmt::format("  {} ({})\n      {}\n", name, name_of(family.type), family.help);
    }
    text += '\n';
  }
  return text;
}

std::string mids() {
  std::string text =
      "Metric ids of call/metrics: id, API's unit, factor to the page's unit, metric, meaning\n";
  const auto& families = mid_families();
  for (std::size_t i = 0; i < families.size(); ++i) {
    const agora::Mid& mid = agora::mids()[i];
    text += fmt::format("  {}  {:<8}  {:<6}  {:<55}  {}{}\n", mid.id, mid.unit,
                        number_text(agora::factor_of(mid.scale, false)), families[i].name, mid.help,
                        mid.about_remote_user ? " (of a remote user)" : "");
  }
  return text + '\n';
}

std::string named(const char* title, std::span<const agora::Named> rows) {
  std::string text = fmt::format("{}\n", title);
  for (const auto& row : rows) text += fmt::format("  {:>2}  {}\n", row.id, row.description);
  return text + '\n';
}

std::string limits() {
  std::string text =
      fmt::format("Limits by plan\n  {:<10}  {:<15}  {:<16}  {:>9}  {:>14}  {:>6}  {}\n", "plan", "endpoint",
                  "requests", "look-back", "longest window", "delay", "granularity");
  for (const auto& plan : agora::plans()) {
    for (const auto endpoint : agora::kEndpoints) {
      const auto& of = plan.of(endpoint);
      std::string line =
          fmt::format("  {:<10}  {:<15}  {:<16}  {:>9}  {:>14}  {:>6}  {}", plan.name, name_of(endpoint),
                      requests_text(of), to_text(of.look_back), to_text(of.longest_window), to_text(of.delay),
                      granularity_text(endpoint, of));
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + '\n';
    }
  }
  return text;
}

}  // namespace

std::string catalog_text() {
  return metrics() + mids() + named("Experience ids", agora::experiences()) +
         named("Factor ids", agora::factors()) + limits();
}

}  // namespace agora_exporter::exposition
