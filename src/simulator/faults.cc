#include "agora_exporter/simulator/faults.h"

#include <cstdlib>

namespace agora_exporter::simulator {
namespace {

constexpr std::string_view kNames[kFaultKinds] = {
    "latency",  "error_json",           "error_html", "too_many",        "too_many_retry_after", "reset",
    "cut_body", "wrong_content_length", "hang",       "spontaneous_qps", "spontaneous_qpd",      "no_access"};

}  // namespace

std::string_view name_of(FaultKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

FaultRule no_access_for_a_day(agora::Endpoint endpoint, WallTime at) {
  const WallTime midnight{std::chrono::floor<std::chrono::days>(at.time_since_epoch())};
  FaultRule rule;
  rule.kind = FaultKind::no_access;
  rule.rate = 1;
  rule.endpoint = endpoint;
  rule.from = midnight;
  rule.until = midnight + kDay;
  return rule;
}

Result<void> add_fault(Faults& to, std::string_view name_and_rate) {
  const std::size_t equals = name_and_rate.find('=');
  const std::string name(name_and_rate.substr(0, equals));
  const std::string rate(equals == std::string_view::npos ? "" : name_and_rate.substr(equals + 1));
  char* end = nullptr;
  const double share = std::strtod(rate.c_str(), &end);
  if (rate.empty() || *end != '\0' || !(share >= 0 && share <= 1)) {
    return failure("the rate of the fault \"" + name + "\" is no number from 0 to 1: \"" + rate + "\"");
  }
  for (int i = 0; i < kFaultKinds; ++i) {
    if (kNames[i] != name) continue;
    FaultRule rule;
    rule.kind = static_cast<FaultKind>(i);
    rule.rate = share;
    to.rules.push_back(rule);
    return {};
  }
  std::string names;
  for (const std::string_view n : kNames) names.append(names.empty() ? "" : ", ").append(n);
  return failure("there is no fault \"" + name + "\"", "", "one of " + names);
}

}  // namespace agora_exporter::simulator
