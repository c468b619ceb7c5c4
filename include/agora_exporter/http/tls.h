// What a server speaks TLS with, and whom it lets in. Over OpenSSL.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/base/result.h"

namespace agora_exporter::http {

enum class TlsVersion { tls12, tls13 };  // Debian's OpenSSL serves no older ones

// As Go's crypto/tls.ClientAuthType names them.
enum class ClientAuth { none, request, require_any, verify_if_given, require_and_verify };

struct TlsSettings {
  std::string certificate = {};  // PEM: the server's own, then what leads to its CA
  std::string key = {};          // PEM
  std::string client_ca = {};    // PEM: one or more; empty unless clients are verified
  ClientAuth client_auth = ClientAuth::none;
  // If not empty, the client's certificate must name one of these: a DNS name, an e-mail or IP address, a
  // URI.
  std::vector<std::string> client_allowed_sans = {};
  TlsVersion least = TlsVersion::tls12, most = TlsVersion::tls13;
  std::vector<std::string> cipher_suites = {};  // IANA's names; empty = OpenSSL's choice
  bool prefer_server_cipher_suites = true;
  std::vector<std::string> curves = {};  // OpenSSL's names, in order of preference; empty = OpenSSL's choice
};

// Constant; may be shared by threads. Connections go on with what they began with.
class Tls {
 public:
  // An error says which setting is wrong and why; it holds nothing of the key.
  static Result<std::shared_ptr<const Tls>> make(const TlsSettings& settings);
  virtual ~Tls() = default;
};

}  // namespace agora_exporter::http
