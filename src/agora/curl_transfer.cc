#include "agora/curl_transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "agora/curl_error.h"

namespace agora_exporter::agora {
namespace {

constexpr Seconds kLongestRetryAfter = kDay;

Millis idle_limit(const CurlBounds& bounds, Seconds timeout) {
  return std::min(bounds.idle, std::chrono::duration_cast<Millis>(timeout));
}

// RFC 9110, 10.2.3: seconds, or a date of the server's clock.
std::optional<Seconds> retry_after(const std::string& text, std::int64_t server_now) {
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc() || at != end) {
    const time_t date = curl_getdate(text.c_str(), nullptr);
    if (date < 0) return std::nullopt;
    seconds = date - server_now;
  }
  return std::clamp(Seconds{seconds}, Seconds{0}, kLongestRetryAfter);
}

// Status 300 is the API's own "limit exceeded", as HTTP status too, and no redirect unless it says where to.
bool is_redirect(int status, const std::string& location) {
  const bool moved = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  return moved || (status >= 300 && status < 400 && !location.empty());
}

}  // namespace

CurlTransfer::CurlTransfer(HttpRequest request, const CurlBounds& bounds)
    : request_(std::move(request)),
      bounds_(bounds),
      headers_(curl_slist_append(nullptr, "Accept: application/json")) {
  std::string url = request_.base_url;
  while (url.ends_with('/')) url.pop_back();
  set_options(url + request_.target);
}

void CurlTransfer::set_options(const std::string& url) {
  const HttpOptions& options = request_.options;
  easy_.set<CURLOPT_URL>(url);
  easy_.set<CURLOPT_PATH_AS_IS>(1);
  easy_.set<CURLOPT_PROTOCOLS_STR>("http,https");
  easy_.set<CURLOPT_FOLLOWLOCATION>(0);
  easy_.set<CURLOPT_NOSIGNAL>(1);
  easy_.set<CURLOPT_QUICK_EXIT>(1);  // a name server that hangs must not hold up whoever ends the transfer
  easy_.set<CURLOPT_USERAGENT>("agora-exporter");
  easy_.set<CURLOPT_ACCEPT_ENCODING>("gzip");
  easy_.set_pointer<CURLOPT_HTTPHEADER>(headers_.get());
  easy_.set<CURLOPT_HTTPAUTH>(static_cast<long>(CURLAUTH_BASIC));
  easy_.set<CURLOPT_USERNAME>(request_.credentials.customer_id);
  easy_.set<CURLOPT_PASSWORD>(request_.credentials.customer_secret);
  // On a kept connection that turns out dead libcurl sends the request again by itself: one booking, two
  // requests.
  easy_.set<CURLOPT_FRESH_CONNECT>(1);
  easy_.set<CURLOPT_FORBID_REUSE>(1);
  // Empty texts, unlike unset ones, keep the environment's proxies out.
  easy_.set<CURLOPT_PROXY>(options.proxy);
  easy_.set<CURLOPT_NOPROXY>("");
  easy_.set<CURLOPT_SSL_VERIFYPEER>(1);
  easy_.set<CURLOPT_SSL_VERIFYHOST>(2);
  easy_.set<CURLOPT_SSLVERSION>(static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) {
    // Those certificates and no others: the system's folder would be looked into as well.
    easy_.set<CURLOPT_CAINFO>(options.ca_file);
    easy_.set_pointer<CURLOPT_CAPATH>(static_cast<char*>(nullptr));
    easy_.set<CURLOPT_PROXY_CAINFO>(options.ca_file);
    easy_.set_pointer<CURLOPT_PROXY_CAPATH>(static_cast<char*>(nullptr));
  }
  const Millis timeout = options.timeout;
  easy_.set<CURLOPT_TIMEOUT_MS>(static_cast<long>(timeout.count()));
  easy_.set<CURLOPT_CONNECTTIMEOUT_MS>(static_cast<long>(std::min(bounds_.connect, timeout).count()));
  easy_.set_size<CURLOPT_MAXFILESIZE_LARGE>(static_cast<curl_off_t>(bounds_.body));
  easy_.set_pointer<CURLOPT_ERRORBUFFER>(error_.data());
  easy_.set_pointer<CURLOPT_PRIVATE>(this);
  easy_.set_function<CURLOPT_WRITEFUNCTION>(&on_body);
  easy_.set_pointer<CURLOPT_WRITEDATA>(this);
  easy_.set_function<CURLOPT_HEADERFUNCTION>(&on_header);
  easy_.set_pointer<CURLOPT_HEADERDATA>(this);
  easy_.set_function<CURLOPT_PREREQFUNCTION>(&on_connected);
  easy_.set_pointer<CURLOPT_PREREQDATA>(this);
}

std::size_t CurlTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto* const transfer = static_cast<CurlTransfer*>(self);
  const std::size_t length = size * count;
  if (length > transfer->bounds_.body - transfer->body_.size()) {
    transfer->too_large_ = true;
    return 0;  // ends the transfer with CURLE_WRITE_ERROR
  }
  transfer->touch();
  transfer->body_.append(data, length);
  return length;
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto* const transfer = static_cast<CurlTransfer*>(self);
  transfer->touch();
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) transfer->head_whole_ = false;
  if (line == "\r\n" || line == "\n") transfer->head_whole_ = true;
  return line.size();
}

int CurlTransfer::on_connected(void* self, char*, char*, int, int) {
  static_cast<CurlTransfer*>(self)->touch();
  return CURL_PREREQFUNC_OK;
}

std::optional<RealTime> CurlTransfer::idle_deadline() const {
  if (!last_byte_) return std::nullopt;
  return *last_byte_ + idle_limit(bounds_, request_.options.timeout);
}

HttpAnswer CurlTransfer::finish(CURLcode code, const Clock& clock) {
  if (too_large_ || code == CURLE_FILESIZE_EXCEEDED) {
    return failed(ApiError::too_large, fmt::format("the body is larger than {} bytes", bounds_.body));
  }
  if (code != CURLE_OK) return failed(ApiError::transport, words_of(code, error_.data()));
  // Of an answer cut off among its headers libcurl says that all is well.
  if (!head_whole_) return failed(ApiError::transport, "the answer was cut off among its headers");
  const int status = easy_.response_code();
  const std::string location = easy_.header("Location");
  if (is_redirect(status, location)) {
    const std::string where = location.empty() ? std::string("somewhere else") : location.substr(0, 200);
    HttpAnswer answer =
        failed(ApiError::transport,
               fmt::format("HTTP {}: redirects to {}; redirects are not followed, the request stays "
                           "with base_url",
                           status, where));
    answer.status = status;
    return answer;
  }
  HttpAnswer answer;
  answer.id = request_.id;
  answer.status = status;
  answer.body = std::move(body_);
  read_headers(answer, clock);
  return answer;
}

HttpAnswer CurlTransfer::finish_idle() {
  const auto limit = idle_limit(bounds_, request_.options.timeout);
  return failed(ApiError::transport, fmt::format("timed out: not a byte for {}", to_text(limit)));
}

HttpAnswer CurlTransfer::failed(ApiError error, std::string message) {
  HttpAnswer answer;
  answer.id = request_.id;
  answer.error = error;
  answer.message = harmless(std::move(message));
  return answer;
}

std::string CurlTransfer::harmless(std::string text) const {
  const std::string& secret = request_.credentials.customer_secret;
  if (secret.empty()) return text;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "***");
    at += 3;
  }
  return text;
}

void CurlTransfer::read_headers(HttpAnswer& answer, const Clock& clock) const {
  const time_t date = curl_getdate(easy_.header("Date").c_str(), nullptr);
  if (date >= 0) answer.date = date;
  const std::int64_t server_now = answer.date.value_or(unix_seconds(to_world(clock.now())));
  answer.retry_after = retry_after(easy_.header("Retry-After"), server_now);
}

}  // namespace agora_exporter::agora
