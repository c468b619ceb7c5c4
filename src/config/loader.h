// Between the readers of single sections and the checks that need the whole: the Config with the places of
// what may turn out wrong only beside the rest.
#pragma once

#include <string>
#include <vector>

#include "agora_exporter/config/config.h"
#include "config/section.h"
#include "config/tree.h"

namespace agora_exporter::config {

struct AppPlaces {
  Place app;
  Place app_id;
  Place name;
  Place usage_granularity;
  Place quality_granularity;
  Place weight;
  Place always;
};
struct AccountPlaces {
  Place name;
  Place plan;
  std::vector<AppPlaces> apps;
};
struct Loaded {
  Config config;
  std::vector<AccountPlaces> accounts;
  Place lag;
  Place insight_lag;
  Place max_sids_per_call;
  bool max_sids_given = false;
};

struct Problems {
  std::vector<Problem> errors;
  std::vector<Problem> warnings;
};

// As errors with "file:line:column", in the order of the file.
std::vector<Error> in_order(std::vector<Problem> problems, const std::string& file);

// account.cc. `name` is for messages: "accounts[0]".
void read_account(const Node& node, const std::string& name, Account& account, AccountPlaces& places,
                  std::vector<Problem>& errors);
// app.cc
void read_app(const Node& node, const std::string& name, App& app, AppPlaces& places,
              std::vector<Problem>& errors);
// secret.cc: exactly one of KEY, KEY_file, KEY_env, and it can be read now.
void read_secret_source(const Section& section, const std::string& key, SecretSource& source);
// url.cc: "http(s)://host[:port][/path]" without the slash at its end; http:// only to loopback or where
// allowed.
void check_base_url(const Section& section, std::string& url, bool allow_plaintext);
// checks.cc: what can be told only of the whole file.
void check_whole(const Loaded& loaded, Problems& problems);
// sharing.cc: what has no effect beside the rest.
void check_sharing(const Loaded& loaded, std::vector<Problem>& warnings);

// A name that becomes a label value.
void check_name(const Section& section, std::string_view key, const std::string& name);

}  // namespace agora_exporter::config
