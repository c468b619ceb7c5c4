// The network seam: requests go out, answers come back, the caller blocks in one place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/agora/api.h"
#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/result.h"

namespace agora_exporter::agora {

struct Credentials {
  std::string customer_id;
  std::string customer_secret;
};

// Per account (config: accounts[].http). Times are real, also under a virtual clock.
struct HttpOptions {
  std::string proxy;    // empty = none (the environment's proxies are not used)
  std::string ca_file;  // empty = the system's
  Seconds timeout{60};  // in all; a transfer without a byte for min(10 s, timeout) ends before
  friend bool operator==(const HttpOptions&, const HttpOptions&) = default;
};

inline constexpr std::size_t kMaxBody = 256u << 20;

struct HttpRequest {
  std::uint64_t id = 0;  // the caller's; comes back with the answer
  std::string base_url;  // "https://api.agora.io"
  std::string target;    // target_of(request)
  Credentials credentials;
  HttpOptions options;
};

struct HttpAnswer {
  std::uint64_t id = 0;
  int status = 0;                 // 0: no complete answer came
  std::optional<ApiError> error;  // transport or too_large: `message` says why
  std::string message;
  std::string body;
  std::optional<std::int64_t> date;  // the Date header, Unix seconds
  std::optional<Seconds> retry_after;
};

// Thread rule: one thread sends and waits; wake() may be called from any thread and from a signal handler.
class Transport {
 public:
  virtual ~Transport() = default;
  // Starts a request; its answer comes out of a later wait(). Never blocks.
  virtual void send(HttpRequest request) = 0;
  // Blocks until an answer is there, `until` is reached or wake() was called; returns what has come (maybe
  // nothing).
  virtual std::vector<HttpAnswer> wait(WallTime until) = 0;
  virtual void wake() = 0;
};

// libcurl's multi interface: TLS verified, redirects refused, http and https only, connect timeout 10 s,
// bodies capped at kMaxBody, gzip accepted. `clock` must outlive it; it turns `until` into real time.
Result<std::unique_ptr<Transport>> make_curl_transport(const Clock& clock);

}  // namespace agora_exporter::agora
