// The strict reading of a request's head (RFC 9112, sections 2 to 6).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "agora_exporter/http/server.h"

namespace agora_exporter::http {

struct RequestHead {
  Request request;  // without body and peer
  std::size_t content_length = 0;
  bool keep_alive = true;
  bool http_1_0 = false;
  bool expects_continue = false;
};

// Why a request is not taken: the status to answer with before the connection is closed.
struct Refusal {
  int status = 400;
  std::string why;
};

struct HeadResult {
  std::optional<RequestHead> head;  // or
  Refusal refusal;
};

// Finds the empty line that ends the head in `data`, looking only at bytes from `scanned` on, and moves
// `scanned`. 0 = not there yet; npos = a line ends with a bare LF, which a stricter or laxer reader would see
// differently.
std::size_t find_head_end(std::string_view data, std::size_t& scanned);

// `head` ends with the empty line. `methods` are those that the server takes; empty: any.
HeadResult parse_head(std::string_view head, const std::vector<std::string>& methods);

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace agora_exporter::http
