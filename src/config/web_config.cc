#include "agora_exporter/config/web_config.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "config/file.h"
#include "config/loader.h"
#include "config/values.h"

namespace agora_exporter::config {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::size_t kLargestFile = 1u << 20;
constexpr std::array<std::string_view, 4> kKeys{"tls_server_config", "http_server_config", "basic_auth_users",
                                                "rate_limit"};
constexpr std::array<std::string_view, 13> kTlsKeys{"cert",
                                                    "key",
                                                    "client_ca",
                                                    "cert_file",
                                                    "key_file",
                                                    "client_auth_type",
                                                    "client_ca_file",
                                                    "client_allowed_sans",
                                                    "min_version",
                                                    "max_version",
                                                    "cipher_suites",
                                                    "prefer_server_cipher_suites",
                                                    "curve_preferences"};
constexpr std::array<std::string_view, 2> kHttpKeys{"http2", "headers"};
constexpr std::array<std::string_view, 2> kRateKeys{"interval", "burst"};

// RequireClientCert is an old name of RequireAnyClientCert.
constexpr std::array<std::string_view, 6> kClientAuth{
    "NoClientCert",      "RequestClientCert",       "RequireAnyClientCert",
    "RequireClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"};
constexpr std::array<std::string_view, 4> kVersions{"TLS13", "TLS12", "TLS11", "TLS10"};
constexpr std::array<std::string_view, 4> kCurves{"CurveP256", "CurveP384", "CurveP521", "X25519"};
// What Go's crypto/tls.CipherSuites() lists.
constexpr std::array<std::string_view, 13> kCipherSuites{"TLS_AES_128_GCM_SHA256",
                                                         "TLS_AES_256_GCM_SHA384",
                                                         "TLS_CHACHA20_POLY1305_SHA256",
                                                         "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                                                         "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                                                         "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                                                         "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                                                         "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                                         "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                                                         "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                                                         "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                                         "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                                                         "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"};

constexpr std::array<std::string_view, 5> kHeaders{"Strict-Transport-Security", "X-Content-Type-Options",
                                                   "X-Frame-Options", "X-XSS-Protection",
                                                   "Content-Security-Policy"};
constexpr std::array<std::string_view, 1> kContentTypeOptions{"nosniff"};
constexpr std::array<std::string_view, 2> kFrameOptions{"deny", "sameorigin"};

// As Go's time.ParseDuration reads it, but for signs: "1.5s", "1m30s", "0". At most a year.
std::optional<std::chrono::nanoseconds> go_duration(const std::string& text) {
  static const RE2 kPart(R"((\d{1,12}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h))");
  static const std::map<std::string, double> kUnits{{"ns", 1},  {"us", 1e3}, {"µs", 1e3},   {"ms", 1e6},
                                                    {"s", 1e9}, {"m", 60e9}, {"h", 3'600e9}};
  if (text == "0") return std::chrono::nanoseconds{0};
  re2::StringPiece rest(text);
  double sum = 0;
  double number = 0;
  std::string unit;
  while (!rest.empty() && RE2::Consume(&rest, kPart, &number, &unit)) sum += number * kUnits.at(unit);
  if (!rest.empty() || text.empty() || sum > 366.0 * 86'400e9) return std::nullopt;
  return std::chrono::nanoseconds{static_cast<std::int64_t>(sum)};
}

class Reader {
 public:
  Reader(std::filesystem::path folder, std::vector<Problem>& problems, std::vector<std::string>& files)
      : folder_(std::move(folder)), problems_(problems), files_(files) {}

  WebConfig read(const Node& root) {
    WebConfig config;
    const Section top(&root, "", kKeys, problems_);
    if (root.kind != Node::Kind::map) return config;
    read_tls(Section(top.map("tls_server_config"), "tls_server_config", kTlsKeys, problems_), config);
    const Section http(top.map("http_server_config"), "http_server_config", kHttpKeys, problems_);
    read_http(http, config);
    if (const Node* const users = top.map("basic_auth_users")) read_users(*users, config);
    read_rate(Section(top.map("rate_limit"), "rate_limit", kRateKeys, problems_), config);
    return config;
  }

 private:
  // An empty text is as good as none.
  static bool given(const Section& section, std::string_view key) {
    std::string text;
    if (section.is_scalar(key)) section.read(key, text);
    return section.is_scalar(key) ? !text.empty() : section.has(key);
  }

  void read_tls(const Section& section, WebConfig& config) {
    if (std::none_of(kTlsKeys.begin(), kTlsKeys.end(), [&](auto key) { return given(section, key); })) return;
    WebTls& tls = config.tls.emplace();
    read_pem(section, "cert", tls.certificate);
    read_pem(section, "key", tls.key);
    read_pem(section, "client_ca", tls.client_ca);
    for (const std::string_view key : {"cert", "key"})
      if (!given(section, key) && !given(section, std::string(key) + "_file"))
        section.problem(
            "", "tls_server_config has neither " + std::string(key) + " nor " + std::string(key) + "_file",
            "TLS needs a certificate and its key");
    read_versions(section, tls);
    read_clients(section, tls);
    read_ciphers(section, tls);
    section.read_words("curve_preferences", tls.curve_preferences, kCurves);
    section.read("prefer_server_cipher_suites", tls.prefer_server_cipher_suites);
  }

  // KEY as text or KEY_file.
  void read_pem(const Section& section, const std::string& key, std::string& pem) {
    const std::string file_key = key + "_file";
    std::string name;
    section.read(key, pem);
    section.read(file_key, name);
    if (!pem.empty() && !name.empty())
      section.problem(file_key, key + " and " + file_key + " are both given", "keep one of them");
    if (name.empty()) return;
    const std::string path = folder_ / name;
    files_.push_back(path);
    if (auto text = read_file(path, kLargestFile, file_key)) {
      pem = std::move(*text);
    } else {
      section.problem(file_key, text.error().text());
    }
  }

  void read_ciphers(const Section& section, WebTls& tls) {
    if (!section.read_words("cipher_suites", tls.cipher_suites, kCipherSuites)) return;
    const auto is_newer = [](const std::string& name) { return name.find("_WITH_") == std::string::npos; };
    const bool any_newer = std::any_of(tls.cipher_suites.begin(), tls.cipher_suites.end(), is_newer);
    const bool all_newer = std::all_of(tls.cipher_suites.begin(), tls.cipher_suites.end(), is_newer);
    if (tls.min_version == "TLS13" && !any_newer)
      section.problem("cipher_suites", "cipher_suites names none of TLS 1.3, and min_version is TLS13",
                      "name one, or leave cipher_suites out");
    if (tls.max_version == "TLS12" && all_newer)
      section.problem("cipher_suites", "cipher_suites names none of TLS 1.2, and max_version is TLS12",
                      "name one, or leave cipher_suites out");
  }

  void read_versions(const Section& section, WebTls& tls) {
    const auto read = [&](std::string_view key, std::string& version) {
      std::size_t choice = version == "TLS13" ? 0 : 1;
      section.read_choice(key, choice, kVersions);
      version = kVersions[choice];
      if (choice > 1)
        section.problem(key, section.name_of(key) + ": TLS 1.0 and 1.1 are not served", "TLS12 or TLS13");
    };
    read("min_version", tls.min_version);
    read("max_version", tls.max_version);
    if (tls.min_version == "TLS13" && tls.max_version == "TLS12")
      section.problem("min_version", "min_version is above max_version");
  }

  void read_clients(const Section& section, WebTls& tls) {
    std::size_t choice = 0;
    if (given(section, "client_auth_type")) section.read_choice("client_auth_type", choice, kClientAuth);
    tls.client_auth_type = kClientAuth[choice == 3 ? 2 : choice];
    const bool verifies = choice >= 4;
    const bool requires_one = choice == 2 || choice == 3 || choice == 5;
    const bool has_ca = given(section, "client_ca") || given(section, "client_ca_file");
    if (has_ca && choice == 0)
      section.problem("client_auth_type", "a client CA is given, but no client is asked for a certificate",
                      "client_auth_type: RequireAndVerifyClientCert");
    if (verifies && !has_ca)
      section.problem("client_auth_type", tls.client_auth_type + " needs a client CA to verify by",
                      "give client_ca_file or client_ca");
    std::vector<Item> names;
    section.read_list("client_allowed_sans", names);
    for (const Item& name : names) tls.client_allowed_sans.push_back(name.text);
    if (section.is_list("client_allowed_sans") && !requires_one)
      section.problem("client_allowed_sans",
                      "client_allowed_sans would not be asked of clients without a certificate",
                      "client_auth_type: RequireAndVerifyClientCert");
    if (section.is_list("client_allowed_sans") && names.empty())
      section.problem("client_allowed_sans", "client_allowed_sans is empty: nobody could come in",
                      "leave it out to let in everybody with a certificate");
  }

  void read_http(const Section& section, WebConfig& config) {
    bool http2 = false;
    section.read("http2", http2);
    if (http2)
      section.problem("http2", "HTTP/2 is not served; Prometheus scrapes over HTTP/1.1",
                      "http2: false, or leave it out");
    const Node* const headers = section.map("headers");
    const Section given(headers, "http_server_config.headers", kHeaders, problems_);
    for (const std::string_view name : kHeaders) {
      if (!given.has(name)) continue;
      std::string value;
      given.read(name, value);
      check_header(given, name, value);
      if (!value.empty()) config.headers.emplace_back(name, value);
    }
  }

  void check_header(const Section& section, std::string_view name, const std::string& value) {
    const Words words = name == "X-Frame-Options"          ? Words(kFrameOptions)
                        : name == "X-Content-Type-Options" ? Words(kContentTypeOptions)
                                                           : Words();
    if (!words.empty() && std::find(words.begin(), words.end(), value) == words.end())
      section.problem(name, section.name_of(name) + " cannot be \"" + value + "\"", suggestion(value, words));
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::any_of(value.begin(), value.end(), control))
      section.problem(name, section.name_of(name) + " must not hold line breaks or control characters");
  }

  void read_users(const Node& users, WebConfig& config) {
    // Beyond this a single check takes longer than a scrape may.
    constexpr int kMostCost = 16;
    static const RE2 kHash(R"(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})");
    for (const Node::Entry& user : users.entries) {
      int cost = 0;
      if (user.key.empty() || user.key.find(':') != std::string::npos) {
        refuse(user.place, "a user of basic_auth_users must have a name without a colon", "name: hash");
      } else if (!RE2::FullMatch(user.value.text, kHash, &cost) || cost < 4) {
        refuse(user.value.place, "the password of user \"" + user.key + "\" is no bcrypt hash",
               "make one with htpasswd -nBC 10 \"\"");
      } else if (cost > kMostCost) {
        refuse(user.value.place,
               "the hash of user \"" + user.key + "\" has cost " + std::to_string(cost) +
                   ": checking it would take longer than a scrape",
               "at most 16; 10 is usual");
      } else {
        config.users.emplace(user.key, user.value.text);
      }
    }
  }

  // Member by member: GCC 12 sees an overflow in a temporary Problem that is none.
  void refuse(const Place& place, std::string what, std::string remedy) {
    Problem& problem = problems_.emplace_back();
    problem.place = place;
    problem.what = std::move(what);
    problem.remedy = std::move(remedy);
  }

  // "0" is no limit.
  void read_rate(const Section& section, WebConfig& config) {
    std::string text = "0";
    section.read("interval", text);
    const auto interval = go_duration(text);
    if (!interval)
      section.problem("interval", "rate_limit.interval must be a duration, not \"" + text + "\"",
                      "such as 100ms or 1s");
    std::uint64_t burst = 0;
    section.read_number("burst", burst, 0, 1'000'000);
    if (!interval || *interval == std::chrono::nanoseconds{0}) return;
    if (burst == 0)
      section.problem("burst", "rate_limit.burst: no request would be answered", "burst: 10, say");
    config.rate = WebRate{*interval, burst};
  }

  const std::filesystem::path folder_;
  std::vector<Problem>& problems_;
  std::vector<std::string>& files_;
};

}  // namespace

WebLoadResult load_web_file(const std::string& path) {
  WebLoadResult result;
  result.files.push_back(path);
  const auto text = read_file(path, kLargestFile, "the web configuration");
  if (!text) {
    result.errors.push_back(text.error());
    return result;
  }
  std::vector<Problem> problems;
  const Node root = parse_yaml(*text, problems);
  if (problems.empty() && root.kind == Node::Kind::null) {
    result.config.emplace();  // an empty file asks for nothing
    return result;
  }
  if (problems.empty() || root.kind == Node::Kind::map) {
    Reader reader(std::filesystem::path(path).parent_path(), problems, result.files);
    WebConfig config = reader.read(root);
    if (problems.empty()) result.config = std::move(config);
  }
  result.errors = in_order(std::move(problems), path);
  return result;
}

}  // namespace agora_exporter::config
