// From an HTTP answer to the body of Facts, through RapidJSON's SAX reader: no tree, points straight into
// columns.
#pragma once

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/agora/request.h"
#include "agora_exporter/agora/transport.h"

namespace agora_exporter::agora {

struct Decoded {
  Body body;
  bool todays_server = false;
  std::int64_t skipped_points = 0;
};

// Never throws, whatever the bytes: an answer is a success of the kind the request asks for, a Refusal, or
// Undecodable. Accepts what was seen of this API: trailing commas, code 200 or 0, null messages and data,
// unknown fields, errors under HTTP 200 or their own status, fractional and out-of-order points, invalid
// UTF-8 (replaced by U+FFFD), numbers beyond a double (that point is skipped and counted).
Decoded decode(const Request& request, const HttpAnswer& answer);

}  // namespace agora_exporter::agora
