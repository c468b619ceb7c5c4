#include <algorithm>
#include <string_view>

#include "config/loader.h"
#include "config/values.h"

namespace agora_exporter::config {
namespace {

struct Url {
  std::string_view scheme;
  std::string_view host;  // without brackets
  std::string_view port;
};

// What the API's base may look like; no credentials, query or fragment. Empty scheme: it does not.
Url split(std::string_view text) {
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return {};
  url.scheme = text.substr(0, colon);
  text.remove_prefix(colon + 3);
  std::string_view authority = text.substr(0, text.find('/'));
  if (authority.substr(0, 1) == "[") {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return {};
    url.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
  } else {
    url.host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(url.host.size());
  }
  if (!authority.empty()) {
    url.port = authority.substr(1);
    const auto port = parse_number(url.port);
    if (authority[0] != ':' || !port || *port < 1 || *port > 65'535) return {};
  }
  const auto bad = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '?' || c == '#' || c == '@';
  };
  if (url.host.empty() || std::any_of(text.begin(), text.end(), bad)) return {};
  return url;
}

// By its name alone: a name that resolves to loopback today may not tomorrow.
bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  const auto digit_or_dot = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  return host.substr(0, 4) == "127." && std::all_of(host.begin(), host.end(), digit_or_dot);
}

}  // namespace

void check_base_url(const Section& section, std::string& url, bool allow_plaintext) {
  const Url parts = split(url);
  if (parts.scheme != "https" && parts.scheme != "http") {
    // The text is not repeated: it may hold a password.
    section.problem("base_url",
                    section.name_of("base_url") + " must be https://host, with a port or path if need be",
                    "such as https://api.agora.io; credentials have keys of their own");
    return;
  }
  if (parts.scheme == "http" && !allow_plaintext && !is_loopback(parts.host)) {
    section.problem("base_url",
                    "http:// would send the credentials in the clear to " + std::string(parts.host),
                    "write https://, or set http.allow_plaintext: true");
  }
  while (!url.empty() && url.back() == '/') url.pop_back();
}

}  // namespace agora_exporter::config
