#include "support/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace agora_exporter::test {
namespace {

void require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

struct Deleter {
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Deleter>;

template <class Write>
std::string to_pem(Write write) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  require(write(bio.get()) == 1, "PEM");
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

Owned<BIO> reader(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}
Owned<EVP_PKEY> key_of(const Identity& identity) {
  return Owned<EVP_PKEY>(PEM_read_bio_PrivateKey(reader(identity.key).get(), nullptr, nullptr, nullptr));
}

void add(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  require(extension && X509_add_ext(to, extension.get(), -1) == 1, "extension");
}

// Signed by `ca`, or by itself if that is nullptr.
Identity make(const Identity* ca, const std::string& name, const std::string& names, bool may_sign) {
  static long serial = 0;
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Owned<X509> certificate(X509_new());
  require(key && certificate, "OpenSSL");
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  const Owned<X509> issuer(ca ? PEM_read_bio_X509(reader(ca->certificate).get(), nullptr, nullptr, nullptr)
                              : nullptr);
  X509* const signer = ca ? issuer.get() : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  if (may_sign) add(certificate.get(), signer, NID_basic_constraints, "critical,CA:TRUE");
  if (!names.empty()) add(certificate.get(), signer, NID_subject_alt_name, names);
  const Owned<EVP_PKEY> signing(ca ? key_of(*ca).release() : nullptr);
  require(X509_sign(certificate.get(), ca ? signing.get() : key.get(), EVP_sha256()) > 0, "signature");
  return {to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }), to_pem([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace

Identity make_ca(const std::string& name) { return make(nullptr, name, "", true); }
Identity make_ca_under(const Identity& ca, const std::string& name) { return make(&ca, name, "", true); }
Identity issue(const Identity& ca, const std::string& name, const std::string& names) {
  return make(&ca, name, names, false);
}
Identity make_self_signed() { return make(nullptr, "self", "IP:127.0.0.1", false); }

std::string encrypted_key(const Identity& identity, const std::string& passphrase) {
  const Owned<EVP_PKEY> key = key_of(identity);
  return to_pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), EVP_aes_128_cbc(),
                                    reinterpret_cast<const unsigned char*>(passphrase.data()),
                                    static_cast<int>(passphrase.size()), nullptr, nullptr);
  });
}

}  // namespace agora_exporter::test
