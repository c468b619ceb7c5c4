#include "agora_exporter/simulator/faults.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "agora_exporter/base/instant.h"

namespace agora_exporter::simulator {
namespace {

constexpr std::string_view kNames[kFaultKinds] = {
    "latency",  "error_json",           "error_html", "too_many",        "too_many_retry_after", "reset",
    "cut_body", "wrong_content_length", "hang",       "spontaneous_qps", "spontaneous_qpd",      "no_access"};
constexpr double kMostSkew = 86'400;  // seconds

std::pair<std::string, std::string> split(std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  return {std::string(text.substr(0, equals)), std::string(text.substr(std::min(equals + 1, text.size())))};
}

Result<WallTime> time_of(const std::string& text) {
  if (const auto at = parse_instant(text)) return *at;
  return failure("no time: \"" + text + "\"", "", "Unix seconds or RFC 3339");
}

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
  const auto [name, rate] = split(name_and_rate);
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

Result<void> add_no_access_day(Faults& to, std::string_view endpoint_and_time) {
  const auto [name, time] = split(endpoint_and_time);
  std::string names;
  for (const agora::Endpoint endpoint : agora::kEndpoints) {
    names.append(names.empty() ? "" : ", ").append(agora::name_of(endpoint));
    if (agora::name_of(endpoint) != name) continue;
    const auto at = time_of(time);
    if (!at) return tl::unexpected(at.error());
    to.rules.push_back(no_access_for_a_day(endpoint, *at));
    return {};
  }
  return failure("there is no endpoint \"" + name + "\"", "", "one of " + names);
}

Result<void> add_rotation(Faults& to, std::string_view time_and_secret) {
  const auto [time, secret] = split(time_and_secret);
  const auto at = time_of(time);
  if (!at) return tl::unexpected(at.error());
  if (secret.empty()) return failure("no secret to rotate to at " + time);
  to.rotations.push_back({*at, secret});
  // The last one that is due holds.
  std::stable_sort(to.rotations.begin(), to.rotations.end(),
                   [](const SecretRotation& a, const SecretRotation& b) { return a.at < b.at; });
  return {};
}

Result<void> set_skew(Faults& to, std::string_view seconds) {
  const std::string text(seconds);
  char* end = nullptr;
  const double skew = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(std::abs(skew) <= kMostSkew))
    return failure("the skew is no number of seconds up to a day: \"" + text + "\"");
  to.skew = Millis{std::llround(skew * 1e3)};
  return {};
}

}  // namespace agora_exporter::simulator
