// The accounts' secrets as read from where the configuration says; read again after a 401.
#pragma once

#include <map>
#include <string>

#include "agora_exporter/agora/transport.h"
#include "agora_exporter/base/log.h"
#include "agora_exporter/config/config.h"

namespace agora_exporter::collector {

class Credentials {
 public:
  explicit Credentials(const config::Config& config) {
    for (const config::Account& account : config.accounts) accounts_.emplace(account.name, &account);
  }

  const config::Account& account(const std::string& name) const { return *accounts_.at(name); }

  // A secret that cannot be read now is said, and the request goes out with what is known: the API's 401 then
  // shows it.
  agora::Credentials of(const std::string& name, Log& log) {
    const auto known = read_.find(name);
    if (known != read_.end()) return known->second;
    const config::Account& from = account(name);
    agora::Credentials credentials;
    if (auto id = from.customer_id.read()) {
      credentials.customer_id = *id;
    } else {
      log.error(id.error().text(), {{"account", name}});
    }
    if (auto secret = from.customer_secret.read()) {
      credentials.customer_secret = *secret;
    } else {
      log.error(secret.error().text(), {{"account", name}});
    }
    return read_.emplace(name, credentials).first->second;
  }
  void forget(const std::string& name) { read_.erase(name); }

 private:
  std::map<std::string, const config::Account*> accounts_;
  std::map<std::string, agora::Credentials> read_;
};

}  // namespace agora_exporter::collector
