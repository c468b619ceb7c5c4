#include "http/request_head.h"

#include <algorithm>
#include <charconv>

#include "http/escape.h"

namespace agora_exporter::http {
namespace {

constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kMaxMethod = 32;

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alnum(c) || kMarks.find(c) != std::string_view::npos;
  });
}

// Visible ASCII; '#' has no place in what a client sends.
bool is_target(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

// Tab and whatever is not a control character; bytes from 0x80 on are opaque (RFC 9110, section 5.5).
bool is_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u == '\t' || (u >= 0x20 && u != 0x7f);
  });
}

// uri-host [":" port] by its characters; may be empty (RFC 9110, section 7.2).
bool is_host(std::string_view text) {
  constexpr std::string_view kMarks = "-._~!$&'()*+;=:[]%";
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alnum(c) || kMarks.find(c) != std::string_view::npos; });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Whether a comma-separated list holds the word.
bool lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trim(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// The fields that decide how the message is framed and for whom it is; each may come once.
struct Framing {
  const std::string* host = nullptr;
  const std::string* length = nullptr;
  const std::string* encoding = nullptr;
  bool twice = false;

  void take(const std::string*& slot, const std::string& value) {
    twice = twice || slot != nullptr;
    slot = &value;
  }
};

class HeadParser {
 public:
  HeadParser(std::string_view head, const std::vector<std::string>& methods)
      : rest_(head), methods_(methods) {}

  HeadResult parse() {
    if (request_line() && fields() && framing() && target()) return {std::move(head_), {}};
    return {std::nullopt, std::move(refusal_)};
  }

 private:
  bool refuse(int status, std::string why) {
    refusal_ = {status, std::move(why)};
    return false;
  }

  std::string_view next_line() {
    const auto end = rest_.find("\r\n");
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(line.size() + 2);
    return line;
  }

  bool request_line() {
    const auto line = next_line();
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return refuse(400, "malformed request line");
    const auto method = line.substr(0, first);
    target_ = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (!is_token(method) || method.size() > kMaxMethod) return refuse(400, "malformed method");
    if (target_.empty() || !is_target(target_)) return refuse(400, "malformed request target");
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || !digit(version[5]) || version[6] != '.' ||
        !digit(version[7])) {
      return refuse(400, "malformed version");
    }
    if (version[5] != '1') return refuse(505, "HTTP/1.1 is spoken here");
    head_.http_1_0 = version[7] == '0';
    if (!methods_.empty() && std::find(methods_.begin(), methods_.end(), method) == methods_.end()) {
      return refuse(405, "method not allowed");
    }
    head_.request.method = method;
    return true;
  }

  bool fields() {
    auto& headers = head_.request.headers;
    while (rest_ != "\r\n") {
      const auto line = next_line();
      if (line.front() == ' ' || line.front() == '\t') return refuse(400, "folded header line");
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) return refuse(400, "header line without a colon");
      if (!is_token(line.substr(0, colon))) return refuse(400, "malformed header name");
      const auto value = trim(line.substr(colon + 1));
      if (!is_value(value)) return refuse(400, "control character in a header");
      if (headers.size() == kMaxFields) return refuse(431, "too many header lines");
      headers.emplace_back(line.substr(0, colon), value);
    }
    return true;
  }

  // RFC 9112, section 6: what decides where the message ends must have one meaning.
  bool framing() {
    Framing framing;
    head_.keep_alive = !head_.http_1_0;
    for (const auto& [name, value] : head_.request.headers) {
      if (equal_ignoring_case(name, "Host")) framing.take(framing.host, value);
      if (equal_ignoring_case(name, "Content-Length")) framing.take(framing.length, value);
      if (equal_ignoring_case(name, "Transfer-Encoding")) framing.take(framing.encoding, value);
      if (equal_ignoring_case(name, "Connection")) {
        close_ = close_ || lists(value, "close");
        head_.keep_alive = head_.keep_alive || lists(value, "keep-alive");
      }
      if (equal_ignoring_case(name, "Expect") && !head_.http_1_0) {
        if (!equal_ignoring_case(value, "100-continue")) return refuse(417, "unknown expectation");
        head_.expects_continue = true;
      }
    }
    head_.keep_alive = head_.keep_alive && !close_;
    if (framing.twice) return refuse(400, "repeated Host, Content-Length or Transfer-Encoding");
    if (framing.host == nullptr && !head_.http_1_0) return refuse(400, "missing Host");
    if (framing.host != nullptr && !is_host(*framing.host)) return refuse(400, "malformed Host");
    host_ = framing.host != nullptr ? *framing.host : std::string_view();
    if (framing.encoding != nullptr) return refuse_encoding(framing);
    return framing.length == nullptr || content_length(*framing.length);
  }

  bool refuse_encoding(const Framing& framing) {
    if (framing.length != nullptr) return refuse(400, "both Transfer-Encoding and Content-Length");
    if (head_.http_1_0 || !equal_ignoring_case(*framing.encoding, "chunked")) {
      return refuse(400, "malformed Transfer-Encoding");
    }
    // Allowed by RFC 9112, section 6.3: nothing that is served here needs a body of unknown length.
    return refuse(411, "a body needs a Content-Length");
  }

  bool content_length(std::string_view text) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, head_.content_length);
    if (text.empty() || stop != end) return refuse(400, "malformed Content-Length");
    if (error != std::errc()) return refuse(413, "the body is too large");
    return true;
  }

  // origin-form, or absolute-form if it names the same host (RFC 9112, sections 3.2.1 and 3.2.2).
  bool target() {
    constexpr std::string_view kScheme = "http://";
    if (equal_ignoring_case(target_.substr(0, kScheme.size()), kScheme)) {
      target_.remove_prefix(kScheme.size());
      const auto path = std::min(target_.find_first_of("/?"), target_.size());
      if (path == 0 || !equal_ignoring_case(target_.substr(0, path), host_)) {
        return refuse(400, "the request target names another host");
      }
      target_.remove_prefix(path);
      if (target_.empty() || target_.front() == '?') absolute_without_path_ = true;
    }
    if (!absolute_without_path_ && target_.front() != '/') return refuse(400, "malformed request target");
    const auto question = std::min(target_.find('?'), target_.size());
    auto path = unescape(target_.substr(0, question), Plus::as_is);
    if (!path || !is_value(*path)) return refuse(400, "malformed escape in the path");
    head_.request.path = absolute_without_path_ ? "/" : std::move(*path);
    head_.request.query = target_.substr(std::min(question + 1, target_.size()));
    return true;
  }

  std::string_view rest_;
  const std::vector<std::string>& methods_;
  std::string_view target_;
  std::string_view host_;
  bool close_ = false;
  bool absolute_without_path_ = false;
  RequestHead head_;
  Refusal refusal_;
};

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::size_t find_head_end(std::string_view data, std::size_t& scanned) {
  for (; scanned < data.size(); ++scanned) {
    if (data[scanned] != '\n') continue;
    if (scanned == 0 || data[scanned - 1] != '\r') return std::string_view::npos;
    if (scanned >= 3 && data.substr(scanned - 3, 4) == "\r\n\r\n") return ++scanned;
  }
  return 0;
}

HeadResult parse_head(std::string_view head, const std::vector<std::string>& methods) {
  return HeadParser(head, methods).parse();
}

}  // namespace agora_exporter::http
