#include "web/passwords.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstring>
#include <memory>
#include <random>

namespace agora_exporter::web {
namespace {

constexpr std::size_t kMostKnown = 1'000;
constexpr std::size_t kSetting = 7;  // "$2b$10$"
constexpr std::size_t kSalt = 22;

}  // namespace

bool is_password(const std::string& password, const std::string& hash) {
  // crypt() would read up to a zero byte only, and take anything after it.
  const bool whole = password.find('\0') == std::string::npos;
  const auto data = std::make_unique<crypt_data>();  // 32 kB
  const char* const made = crypt_r(password.c_str(), hash.c_str(), data.get());
  const bool same =
      made && std::strlen(made) == hash.size() && CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
  return whole && same;
}

std::string unmatched_hash(const std::string& hash) {
  // Of bcrypt's 31 digits after the salt the last has bits that are always zero: "9" cannot stand there.
  return hash.substr(0, kSetting) + std::string(kSalt - 1, 'a') + "u" + std::string(31, '9');
}

Verified::Verified() {
  // Without randomness from OpenSSL there is no TLS either; the standard library's is as good here.
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1) return;
  std::random_device device;
  for (auto& byte : key_) byte = static_cast<unsigned char>(device());
}

Verified::Digest Verified::digest(const http::UserAndPassword& given, const std::string& hash) const {
  const std::string text = hash + std::to_string(given.user.size()) + ':' + given.user + given.password;
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size);
  return {reinterpret_cast<const char*>(out), size};
}

void Verified::insert(const Digest& digest) {
  if (known_.size() >= kMostKnown) known_.clear();
  known_.insert(digest);
}

}  // namespace agora_exporter::web
