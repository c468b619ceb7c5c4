#include "agora_exporter/web/access.h"

#include <array>
#include <utility>

namespace agora_exporter::web {
namespace {

http::ClientAuth client_auth(const std::string& word) {
  if (word == "RequestClientCert") return http::ClientAuth::request;
  if (word == "RequireAnyClientCert") return http::ClientAuth::require_any;
  if (word == "VerifyClientCertIfGiven") return http::ClientAuth::verify_if_given;
  if (word == "RequireAndVerifyClientCert") return http::ClientAuth::require_and_verify;
  return http::ClientAuth::none;
}

http::TlsVersion version(const std::string& word) {
  return word == "TLS13" ? http::TlsVersion::tls13 : http::TlsVersion::tls12;
}

// OpenSSL knows curves by the names of NIST.
std::string curve(const std::string& word) {
  return word.rfind("CurveP", 0) == 0 ? "P-" + word.substr(6) : word;
}

http::TlsSettings settings(const config::WebTls& tls) {
  http::TlsSettings to;
  to.certificate = tls.certificate;
  to.key = tls.key;
  to.client_ca = tls.client_ca;
  to.client_auth = client_auth(tls.client_auth_type);
  to.client_allowed_sans = tls.client_allowed_sans;
  to.least = version(tls.min_version);
  to.most = version(tls.max_version);
  to.cipher_suites = tls.cipher_suites;
  to.prefer_server_cipher_suites = tls.prefer_server_cipher_suites;
  for (const std::string& name : tls.curve_preferences) to.curves.push_back(curve(name));
  return to;
}

std::string terms_of(const config::WebTls& tls) {
  std::string terms = tls.client_auth_type + '\n' + tls.client_ca + '\n' + tls.min_version + tls.max_version;
  for (const auto* list : {&tls.client_allowed_sans, &tls.cipher_suites, &tls.curve_preferences}) {
    terms += '\n';
    for (const std::string& word : *list) terms += word + '\t';
  }
  return terms;
}

}  // namespace

Result<std::shared_ptr<const Access>> make_access(const config::WebConfig& config) {
  auto access = std::make_shared<Access>();
  if (config.tls) {
    auto tls = http::Tls::make(settings(*config.tls));
    if (!tls) return failure(tls.error().what, "tls_server_config", tls.error().remedy);
    access->tls = std::move(*tls);
    access->terms = terms_of(*config.tls);
  }
  for (const auto& [name, value] : config.headers) access->headers.emplace_back(name, value);
  access->users = config.users;
  access->rate = config.rate;
  return std::shared_ptr<const Access>(std::move(access));
}

}  // namespace agora_exporter::web
