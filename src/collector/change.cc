#include "collector/change.h"

namespace agora_exporter::collector {
namespace {

config::Config folded(config::Config config) {
  const config::Config plain;
  config.sessions = plain.sessions;
  config.mids = plain.mids;
  config.max_series = plain.max_series;
  config.storage_path = plain.storage_path;
  config.retention = plain.retention;
  config.max_size = plain.max_size;
  for (config::Account& account : config.accounts) {
    const config::Account of_none;
    account.base_url = of_none.base_url;
    account.customer_id = of_none.customer_id;
    account.customer_secret = of_none.customer_secret;
    account.http = of_none.http;
    account.allow_plaintext = of_none.allow_plaintext;
  }
  return config;
}

}  // namespace

bool folds_differ(const config::Config& a, const config::Config& b) { return folded(a) != folded(b); }

}  // namespace agora_exporter::collector
