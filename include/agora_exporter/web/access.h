// Who is let in, over what, and how often: the web configuration, ready for use. Constant.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agora_exporter/base/result.h"
#include "agora_exporter/config/web_config.h"
#include "agora_exporter/http/server.h"
#include "agora_exporter/http/tls.h"

namespace agora_exporter::web {

struct Access {
  // What a connection must have agreed to: TLS or none, and what of it. A certificate of ours is not part of
  // it.
  std::string terms;
  std::shared_ptr<const http::Tls> tls;      // nullptr: plain HTTP
  http::Headers headers;                     // of every answer
  std::map<std::string, std::string> users;  // name -> bcrypt hash; empty: everybody is let in
  std::optional<config::WebRate> rate;
};

// An error says what OpenSSL does not take.
Result<std::shared_ptr<const Access>> make_access(const config::WebConfig& config);

}  // namespace agora_exporter::web
