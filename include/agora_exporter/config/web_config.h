// The web configuration file: TLS, headers, users and the rate of requests, in the format of Prometheus'
// exporter-toolkit (docs/web-configuration.md there). Read strictly: what cannot be honoured is refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agora_exporter/base/result.h"
#include "agora_exporter/base/time.h"

namespace agora_exporter::config {

// In the file's own words; files are read already.
struct WebTls {
  std::string certificate, key, client_ca;                   // PEM
  std::string client_auth_type = "NoClientCert";             // Go's names
  std::string min_version = "TLS12", max_version = "TLS13";  // "TLS12" or "TLS13"
  std::vector<std::string> client_allowed_sans;
  std::vector<std::string> cipher_suites;      // Go's names, which are IANA's
  std::vector<std::string> curve_preferences;  // CurveP256, CurveP384, CurveP521, X25519
  bool prefer_server_cipher_suites = true;
};

struct WebRate {
  std::chrono::nanoseconds interval{0};  // between two requests, in the long run
  std::uint64_t burst = 0;               // so many at once
};

struct WebConfig {
  std::optional<WebTls> tls;  // none: plain HTTP
  std::vector<std::pair<std::string, std::string>> headers;
  std::map<std::string, std::string> users;  // name -> bcrypt hash; empty: no password is asked for
  std::optional<WebRate> rate;
};

struct WebLoadResult {
  std::optional<WebConfig> config;  // only if there is no error
  std::vector<Error> errors;        // `where` is "file:line:column"
  // The file and those that it names, read or not: a change of one of them is a change of the configuration.
  std::vector<std::string> files;
};
// Paths in the file are relative to its folder.
WebLoadResult load_web_file(const std::string& path);

}  // namespace agora_exporter::config
