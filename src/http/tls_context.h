// Tls with OpenSSL inside.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "agora_exporter/http/tls.h"

namespace agora_exporter::http {

struct OpensslDeleter {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
};

class TlsContext final : public Tls {
 public:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  // For one connection; the caller owns it. nullptr for want of memory.
  SSL* new_session() const { return SSL_new(context_.get()); }

 private:
  std::unique_ptr<SSL_CTX, OpensslDeleter> context_;
};

}  // namespace agora_exporter::http
