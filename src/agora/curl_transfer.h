// One request under way: its libcurl handle, what has come so far, and the answer made of it.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "agora/curl_handle.h"
#include "agora/curl_transport.h"
#include "agora_exporter/agora/transport.h"

namespace agora_exporter::agora {

using RealTime = std::chrono::steady_clock::time_point;

// libcurl holds pointers to it: neither copied nor moved.
class CurlTransfer {
 public:
  CurlTransfer(HttpRequest request, const CurlBounds& bounds);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  CURL* handle() const { return easy_.get(); }
  // Not CURLE_OK: an option was refused; it cannot be started.
  CURLcode status() const { return easy_.status(); }
  // When it ends unless a byte comes; nothing while it is not connected (the connect timeout holds then).
  std::optional<RealTime> idle_deadline() const;
  // The answer, libcurl being done with it.
  HttpAnswer finish(CURLcode code, const Clock& clock);
  HttpAnswer finish_idle();

 private:
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static int on_connected(void* self, char*, char*, int, int);

  void set_options(const std::string& url);
  void touch() { last_byte_ = std::chrono::steady_clock::now(); }
  HttpAnswer failed(ApiError error, std::string message);
  // Words of libcurl's or the server's, without the secret, should it ever turn up there.
  std::string harmless(std::string text) const;
  void read_headers(HttpAnswer& answer, const Clock& clock) const;

  HttpRequest request_;
  const CurlBounds bounds_;
  CurlEasy easy_;
  CurlList headers_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::string body_;
  bool head_whole_ = false;
  bool too_large_ = false;
  std::optional<RealTime> last_byte_;
};

}  // namespace agora_exporter::agora
