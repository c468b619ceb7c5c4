// Certificates for tests of TLS, made on the spot and good for an hour.
#pragma once

#include <string>

namespace agora_exporter::test {

struct Identity {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

// One that may sign others.
Identity make_ca(const std::string& name);
Identity make_ca_under(const Identity& ca, const std::string& name);
// `names` as OpenSSL writes subject alternative names: "DNS:a.example,IP:127.0.0.1"; empty for none.
Identity issue(const Identity& ca, const std::string& name, const std::string& names);
// For 127.0.0.1, signed by itself.
Identity make_self_signed();

// The key under a passphrase.
std::string encrypted_key(const Identity& identity, const std::string& passphrase);

}  // namespace agora_exporter::test
