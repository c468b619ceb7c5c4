#include "timeline/estimates.h"

#include <algorithm>
#include <cmath>

namespace agora_exporter::timeline {
namespace {

// What is counted of a call more than this apart is taken for independent.
constexpr std::int64_t kForgetCallSeconds = 86'400;
// Far beyond any measurement; sums of it stay within 128 bits.
constexpr double kGreatest = 1e34;

Int128 square(std::int64_t value) { return static_cast<Int128>(value) * value; }

}  // namespace

void Estimates::add(std::size_t app, Sample& sample, const Amounts& more, std::int64_t t) {
  apps_[app].sampled = true;
  Call& call = calls_[{app, sample.call_id, sample.of_call}];
  call.counted_until = std::max(call.counted_until, t);
  const std::int64_t weight = sample.of_session;
  const Int128 spread = static_cast<Int128>(weight) * (weight - 1);
  for (std::size_t k = 0; k < more.size(); ++k) {
    if (more[k] == 0) continue;
    const std::int64_t before = sample.counted[k];
    sample.counted[k] += more[k];
    call.estimated[k] += weight * more[k];
    // y^2 of the whole session, piece by piece.
    call.within[k] += spread * (square(sample.counted[k]) - square(before));
  }
}

// Whole, so that sums do not depend on when a call is added.
void Estimates::add_variances(std::uint32_t weight, const Call& call, Variances& to) {
  const double w = weight;
  for (std::size_t k = 0; k < to.size(); ++k) {
    const auto estimated = static_cast<double>(call.estimated[k]);
    const double variance = w * (w - 1) * estimated * estimated + w * static_cast<double>(call.within[k]);
    to[k] += static_cast<Int128>(std::fmin(variance, kGreatest));
  }
}

void Estimates::pass(std::int64_t r) {
  if (r < sweep_at_) return;
  sweep_at_ = r + kForgetCallSeconds / 24;
  std::erase_if(calls_, [&](const auto& item) {
    const auto& [key, call] = item;
    if (call.counted_until + kForgetCallSeconds >= r) return false;
    add_variances(std::get<2>(key), call, apps_[std::get<0>(key)].variances);
    return true;
  });
}

void Estimates::show(std::vector<AppWorld>& apps) const {
  std::vector<Variances> all;
  for (const App& app : apps_) all.push_back(app.variances);
  for (const auto& [key, call] : calls_) add_variances(std::get<2>(key), call, all[std::get<0>(key)]);
  for (std::size_t i = 0; i < apps.size(); ++i) {
    if (!apps_[i].sampled) continue;
    auto& errors = apps[i].standard_errors.emplace();
    for (std::size_t k = 0; k < errors.size(); ++k)
      errors[k] = std::sqrt(static_cast<double>(all[i][k])) / kThousandths;
  }
}

void Estimates::save(CheckpointWriter& out) const {
  for (std::size_t i = 0; i < apps_.size(); ++i) {
    if (!apps_[i].sampled) continue;
    out.record("error").text(rules_.ids[i]);
    for (const Int128 variance : apps_[i].variances) out.wide(variance);
  }
  for (const auto& [key, call] : calls_) {
    const auto& [app, call_id, weight] = key;
    out.record("call error").text(rules_.ids[app]).text(call_id).number(weight).number(call.counted_until);
    for (std::size_t k = 0; k < call.within.size(); ++k) out.number(call.estimated[k]).wide(call.within[k]);
  }
}

bool Estimates::load_app(const CheckpointRecord& record) {
  const auto app = rules_.by_id.find(record.text());
  App loaded;
  loaded.sampled = true;
  for (Int128& variance : loaded.variances) variance = record.wide();
  if (!record.complete()) return false;
  if (app != rules_.by_id.end()) apps_[app->second] = loaded;
  return true;
}

bool Estimates::load_call(const CheckpointRecord& record) {
  const auto app = rules_.by_id.find(record.text());
  const std::string call_id = record.text();
  const auto weight = record.number<std::uint32_t>();
  Call call;
  call.counted_until = record.number<std::int64_t>();
  for (std::size_t k = 0; k < call.within.size(); ++k) {
    call.estimated[k] = record.number<std::int64_t>();
    call.within[k] = record.wide();
  }
  if (!record.complete()) return false;
  if (app == rules_.by_id.end()) return true;
  return calls_.emplace(Key{app->second, call_id, weight}, call).second;
}

}  // namespace agora_exporter::timeline
