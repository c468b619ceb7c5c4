// Which clients' certificates are let in by name.
#pragma once

#include <openssl/ssl.h>

#include <string>
#include <vector>

namespace agora_exporter::http {

// Whether a subject alternative name of the certificate is one of `allowed`, letter for letter; addresses are
// compared as addresses.
bool names_one_of(const X509* certificate, const std::vector<std::string>& allowed);

}  // namespace agora_exporter::http
