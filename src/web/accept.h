// Accept-Encoding (RFC 9110, section 12.5.3).
#pragma once

#include "agora_exporter/http/server.h"

namespace agora_exporter::web {

// Whether the client takes gzip: named, or by "*", with a weight above 0.
bool accepts_gzip(const http::Headers& headers);

}  // namespace agora_exporter::web
