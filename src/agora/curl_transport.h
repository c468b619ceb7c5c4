// make_curl_transport() with its bounds as a seam, so that tests need not wait ten seconds or send 256 MiB.
#pragma once

#include <memory>

#include "agora_exporter/agora/transport.h"

namespace agora_exporter::agora {

struct CurlBounds {
  Millis connect{10'000};       // DNS, TCP and TLS
  Millis idle{10'000};          // between two bytes, once connected
  std::size_t body = kMaxBody;  // after decompression
};

Result<std::unique_ptr<Transport>> make_curl_transport(const Clock& clock, const CurlBounds& bounds);

}  // namespace agora_exporter::agora
