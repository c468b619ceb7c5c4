#include "agora_exporter/http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <utility>

#include "http/client_names.h"
#include "http/tls_context.h"

namespace agora_exporter::http {
namespace {

struct BioDeleter {
  void operator()(BIO* p) const { BIO_free(p); }
};
struct X509Deleter {
  void operator()(X509* p) const { X509_free(p); }
};
struct KeyDeleter {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
using Certificate = std::unique_ptr<X509, X509Deleter>;

// The latest error of OpenSSL, in its words.
std::string reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* const words = ERR_reason_error_string(code);
  ERR_clear_error();
  return words ? words : "OpenSSL gives no reason";
}

std::vector<Certificate> read_certificates(const std::string& pem) {
  const std::unique_ptr<BIO, BioDeleter> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> found;
  while (X509* const one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) found.emplace_back(one);
  // The end of the text is no error; a damaged certificate is.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) found.clear();
  return found;
}

// Nobody is there to be asked for a passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

Result<void> set_identity(SSL_CTX* context, const TlsSettings& settings) {
  const auto chain = read_certificates(settings.certificate);
  if (chain.empty()) return failure("the certificate is no PEM certificate: " + reason());
  ERR_clear_error();
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
    return failure("the certificate is not taken: " + reason());
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
      return failure("a certificate of the chain is not taken: " + reason());
  const std::unique_ptr<BIO, BioDeleter> bio(
      BIO_new_mem_buf(settings.key.data(), static_cast<int>(settings.key.size())));
  const std::unique_ptr<EVP_PKEY, KeyDeleter> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr));
  if (!key) return failure("the key is no PEM key without a passphrase: " + reason());
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return failure("the key is not that of the certificate: " + reason());
  return {};
}

Result<void> set_versions(SSL_CTX* context, const TlsSettings& settings) {
  const auto number = [](TlsVersion version) {
    return version == TlsVersion::tls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
  };
  if (settings.least > settings.most) return failure("the lowest TLS version is above the highest");
  if (SSL_CTX_set_min_proto_version(context, number(settings.least)) != 1 ||
      SSL_CTX_set_max_proto_version(context, number(settings.most)) != 1)
    return failure("the TLS versions are not taken: " + reason());
  return {};
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ":") + name;
  return all;
}

// IANA's names of TLS 1.3 are OpenSSL's own. A list without a suite of a version leaves that version out, but
// for TLS 1.3, whose suites Go does not let anybody choose either.
Result<void> set_ciphers(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.prefer_server_cipher_suites) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  std::vector<std::string> older, newer;
  for (const auto& name : settings.cipher_suites) {
    const std::string own = OPENSSL_cipher_name(name.c_str());
    if (own == "(NONE)") return failure("OpenSSL has no cipher suite " + name);
    (own == name ? newer : older).push_back(own);
  }
  if (!newer.empty() && SSL_CTX_set_ciphersuites(context, joined(newer).c_str()) != 1)
    return failure("the cipher suites are not taken: " + reason());
  if (!older.empty() && SSL_CTX_set_cipher_list(context, joined(older).c_str()) != 1)
    return failure("the cipher suites are not taken: " + reason());
  if (!settings.cipher_suites.empty() && older.empty()) {
    if (settings.most == TlsVersion::tls12)
      return failure("no cipher suite is left: all that are named are of TLS 1.3");
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  }
  return {};
}

using Names = std::vector<std::string>;
void free_names(void*, void* names, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Names*>(names); }
int names_index() {
  static const int kIndex = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_names);
  return kIndex;
}

// What the client's certificate is held against; the verdict on each of its chain passes here.
int check_client(int verified, X509_STORE_CTX* store, bool must_verify) {
  if (must_verify && verified != 1) return 0;
  if (X509_STORE_CTX_get_error_depth(store) != 0) return 1;
  const auto* const session =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* const allowed =
      static_cast<const Names*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), names_index()));
  if (allowed->empty() || names_one_of(X509_STORE_CTX_get_current_cert(store), *allowed)) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}
int check_any(int verified, X509_STORE_CTX* store) { return check_client(verified, store, false); }
int check_verified(int verified, X509_STORE_CTX* store) { return check_client(verified, store, true); }

Result<void> set_clients(SSL_CTX* context, const TlsSettings& settings) {
  const ClientAuth auth = settings.client_auth;
  SSL_CTX_set_ex_data(context, names_index(), new Names(settings.client_allowed_sans));
  if (auth == ClientAuth::none) return {};
  const bool verify = auth == ClientAuth::verify_if_given || auth == ClientAuth::require_and_verify;
  const bool require = auth == ClientAuth::require_any || auth == ClientAuth::require_and_verify;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     verify ? &check_verified : &check_any);
  if (settings.client_ca.empty()) {
    if (verify) return failure("clients cannot be verified without a client CA");
    return {};
  }
  const auto trusted = read_certificates(settings.client_ca);
  if (trusted.empty()) return failure("the client CA is no PEM certificate: " + reason());
  ERR_clear_error();
  // Whoever is named is trusted, also one that another has signed.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (const auto& one : trusted) {
    X509_STORE_add_cert(store, one.get());
    SSL_CTX_add_client_CA(context, one.get());  // told to the client, who may have several
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const Tls>> Tls::make(const TlsSettings& settings) {
  ERR_clear_error();
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  if (!context) return failure("OpenSSL cannot start: " + reason());
  auto made = std::make_shared<TlsContext>(context);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  // Peers that go without a farewell are no error here: HTTP says itself where a message ends.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  // A resumed session would outlive what let it in; scrapers keep their connections anyway.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  for (const auto set : {&set_identity, &set_versions, &set_ciphers, &set_clients})
    if (auto done = set(context, settings); !done) return failure(done.error());
  if (!settings.curves.empty() && SSL_CTX_set1_groups_list(context, joined(settings.curves).c_str()) != 1)
    return failure("the curves are not taken: " + reason());
  return std::shared_ptr<const Tls>(std::move(made));
}

}  // namespace agora_exporter::http
