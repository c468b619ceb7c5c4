#include "http/client_names.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>

namespace agora_exporter::http {
namespace {

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

bool is_address(const std::string& wanted, const std::string& octets) {
  std::array<char, 16> parsed{};
  const int family = octets.size() == 4 ? AF_INET : AF_INET6;
  return (octets.size() == 4 || octets.size() == 16) &&
         inet_pton(family, wanted.c_str(), parsed.data()) == 1 &&
         octets == std::string(parsed.data(), octets.size());
}

bool is(const GENERAL_NAME& name, const std::string& wanted) {
  switch (name.type) {
    case GEN_DNS:
      return text_of(name.d.dNSName) == wanted;
    case GEN_EMAIL:
      return text_of(name.d.rfc822Name) == wanted;
    case GEN_URI:
      return text_of(name.d.uniformResourceIdentifier) == wanted;
    case GEN_IPADD:
      return is_address(wanted, text_of(name.d.iPAddress));
    default:
      return false;
  }
}

}  // namespace

bool names_one_of(const X509* certificate, const std::vector<std::string>& allowed) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (std::any_of(allowed.begin(), allowed.end(), [&](const auto& wanted) { return is(*name, wanted); }))
      return true;
  }
  return false;
}

}  // namespace agora_exporter::http
