// Status line and headers of an answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agora_exporter/http/server.h"

namespace agora_exporter::http {

struct ResponseFrame {
  std::uint64_t declared_length = 0;
  bool keep_alive = true;
  bool http_1_0 = false;
  std::int64_t date = 0;  // Unix seconds; 0 = no Date header
};

// Headers of the response that the server itself writes, or that would break the frame (a line break or
// another control character in them), are left out.
std::string response_head(const Response& response, const ResponseFrame& frame);

// A short text answer of the server's own.
Response plain_answer(int status, std::string_view text);

// 204, 304: neither a body nor its length.
bool bodyless(int status);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
std::string http_date(std::int64_t unix_seconds);

}  // namespace agora_exporter::http
