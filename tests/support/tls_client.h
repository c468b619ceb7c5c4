// One request over TLS, by libcurl.
#pragma once

#include <string>

#include "support/certificates.h"

namespace agora_exporter::test {

struct TlsAsk {
  std::string ca = {};                                    // whom to trust, PEM
  Identity client = {};                                   // empty: without a certificate
  std::string versions = {};                              // "1.2", "1.3"; empty = any
  std::string ciphers = {}, ciphers13 = {}, curves = {};  // OpenSSL's names; empty = any
  std::string path = "/";
};
struct TlsAnswer {
  int status = 0;     // 0: none
  std::string error;  // curl's
  std::string body;
  std::string version;  // "TLSv1.3"
  std::string cipher;   // OpenSSL's name
};
TlsAnswer ask_by_tls(const std::string& address, const TlsAsk& how);

}  // namespace agora_exporter::test
