// Keys about who gets what of a budget, where they change nothing.
#include <algorithm>

#include "agora_exporter/config/channels.h"
#include "config/loader.h"

namespace agora_exporter::config {
namespace {

std::string quote(const std::string& text) { return "\"" + text + "\""; }

// Requests for calls are shared by weight among the apps of an account that follow calls.
std::string why_weight_is_void(const Account& account, const App& app) {
  if (!app.calls) return "it follows no calls";
  if (account.quota_per_app) return "with quota_scope: app it shares with no other";
  const auto followers =
      std::count_if(account.apps.begin(), account.apps.end(), [](const App& a) { return a.calls; });
  return followers == 1 ? "no other app of account " + quote(account.name) + " follows calls" : "";
}

void check_weight(const Account& account, const App& app, Place place, std::vector<Problem>& warnings) {
  if (app.weight == 1) return;
  const std::string why = why_weight_is_void(account, app);
  if (why.empty()) return;
  warnings.push_back(
      {place, "weight of app " + quote(app.name) + " changes nothing: " + why, "leave it out"});
}

struct Void {
  std::string why, remedy;
};
// What is excluded is not followed, pinned or not. Of two expressions only equal ones can be told to meet; of
// a plain name all can.
Void why_pin_is_void(const App& app, const std::string& pinned) {
  const auto& excluded = app.channels.exclude;
  const bool same = std::find(excluded.begin(), excluded.end(), pinned) != excluded.end();
  if (same || (is_plain_name(pinned) && any_of(excluded)(pinned)))
    return {"channels.exclude takes it", "take it out of one of the two"};
  if (is_plain_name(pinned) && !any_of(app.channels.include)(pinned))
    return {"channels.include does not take it", "add it to include"};
  return {};
}

void check_always(const App& app, Place place, std::vector<Problem>& warnings) {
  if (app.channels.always.empty()) return;
  const std::string name = "channels.always of app " + quote(app.name);
  if (!app.calls) {
    warnings.push_back({place, name + " changes nothing: it follows no calls", "leave it out"});
    return;
  }
  for (const std::string& pinned : app.channels.always) {
    const Void its = why_pin_is_void(app, pinned);
    if (its.why.empty()) continue;
    warnings.push_back({place, quote(pinned) + " in " + name + " is not followed: " + its.why, its.remedy});
  }
}

void check_max_sids(const Loaded& loaded, std::vector<Problem>& warnings) {
  if (!loaded.max_sids_given || loaded.config.objective != Objective::coverage) return;
  Problem& problem = warnings.emplace_back();
  problem.place = loaded.max_sids_per_call;
  problem.what = "planner.max_sids_per_call changes nothing with planner.objective coverage";
  problem.remedy = "leave it out";
}

}  // namespace

void check_sharing(const Loaded& loaded, std::vector<Problem>& warnings) {
  for (std::size_t i = 0; i < loaded.accounts.size(); ++i) {
    const Account& account = loaded.config.accounts[i];
    for (std::size_t j = 0; j < account.apps.size(); ++j) {
      const AppPlaces& places = loaded.accounts[i].apps[j];
      check_weight(account, account.apps[j], places.weight, warnings);
      check_always(account.apps[j], places.always, warnings);
    }
  }
  check_max_sids(loaded, warnings);
}

}  // namespace agora_exporter::config
