// Every key of exporter-toolkit's web configuration: read, or refused with the error on the first line of
// tests/config/bad_web/*.yaml.
#include "agora_exporter/config/web_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace agora_exporter::config {
namespace {

using testing::ElementsAre;
using testing::Pair;

const std::string kFolder = SOURCE_DIR "/tests/config/bad_web/";
constexpr const char* kHash = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";

std::vector<std::string> bad_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

class BadWebFile : public testing::TestWithParam<std::string> {};

TEST_P(BadWebFile, IsRefusedWithTheErrorOnItsFirstLine) {
  const std::string path = kFolder + GetParam();
  std::ifstream file(path);
  std::string expected;
  std::getline(file, expected);
  const WebLoadResult result = load_web_file(path);
  ASSERT_EQ(result.errors.size(), 1u) << (result.errors.empty() ? "no error" : result.errors[1].text());
  std::string text = result.errors[0].text();
  for (std::size_t at; (at = text.find(kFolder)) != std::string::npos;)
    text.replace(at, kFolder.size(), "bad_web/");
  EXPECT_EQ("# " + text.substr(("bad_web/" + GetParam() + ":").size()), expected);
  EXPECT_FALSE(result.config.has_value());
  EXPECT_EQ(text.find("s3cret-never-shown"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Each, BadWebFile, testing::ValuesIn(bad_files()),
                         [](const auto& file) { return file.param.substr(0, file.param.find('.')); });

// A file in a folder of its own.
class WebFileTest : public testing::Test {
 protected:
  WebFileTest() : folder_(std::filesystem::path(testing::TempDir()) / ("web" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~WebFileTest() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  WebConfig load(const std::string& text) const {
    const WebLoadResult result = load_web_file(write("web.yml", text));
    EXPECT_TRUE(result.config) << (result.errors.empty() ? "" : result.errors[0].text());
    return result.config.value_or(WebConfig{});
  }

  const std::filesystem::path folder_;
};

TEST_F(WebFileTest, EveryKeyIsRead) {
  write("cert.pem", "CERT");
  write("ca.pem", "CA");
  const WebConfig config = load(std::string(R"(
tls_server_config:
  cert_file: cert.pem
  key: |
    KEY
    END
  client_ca_file: ca.pem
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [a.example, 192.0.2.1]
  min_version: TLS13
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 1; mode=block
    Strict-Transport-Security: max-age=31536000
rate_limit:
  interval: 250ms
  burst: 20
basic_auth_users:
  alice: )") + kHash + "\n");
  ASSERT_TRUE(config.tls);
  EXPECT_EQ(config.tls->certificate, "CERT");
  EXPECT_EQ(config.tls->key, "KEY\nEND\n");
  EXPECT_EQ(config.tls->client_ca, "CA");
  EXPECT_EQ(config.tls->client_auth_type, "RequireAndVerifyClientCert");
  EXPECT_EQ(config.tls->min_version, "TLS13");
  EXPECT_EQ(config.tls->max_version, "TLS13");
  EXPECT_THAT(config.tls->client_allowed_sans, ElementsAre("a.example", "192.0.2.1"));
  EXPECT_THAT(config.tls->cipher_suites,
              ElementsAre("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"));
  EXPECT_THAT(config.tls->curve_preferences, ElementsAre("X25519", "CurveP256"));
  EXPECT_FALSE(config.tls->prefer_server_cipher_suites);
  EXPECT_THAT(config.headers,
              ElementsAre(Pair("Strict-Transport-Security", "max-age=31536000"),
                          Pair("X-Content-Type-Options", "nosniff"), Pair("X-Frame-Options", "deny"),
                          Pair("X-XSS-Protection", "1; mode=block")));
  EXPECT_EQ(config.rate->interval, Millis{250});
  EXPECT_EQ(config.rate->burst, 20u);
  EXPECT_THAT(config.users, ElementsAre(Pair("alice", kHash)));
}

TEST_F(WebFileTest, AnEmptyFileAsksForNothing) {
  for (const char* text : {"", "# nothing\n", "tls_server_config: {}\n", "basic_auth_users: {}\n"}) {
    const WebConfig config = load(text);
    EXPECT_FALSE(config.tls) << text;
    EXPECT_TRUE(config.users.empty() && config.headers.empty() && !config.rate) << text;
  }
}

TEST_F(WebFileTest, TheOldNameOfAClientAuthType) {
  const std::string file = "tls_server_config: { cert: x, key: x, client_auth_type: RequireClientCert }\n";
  EXPECT_EQ(load(file).tls->client_auth_type, "RequireAnyClientCert");
}

TEST_F(WebFileTest, ARateOfNoIntervalIsNone) {
  EXPECT_FALSE(load("rate_limit: { interval: 0, burst: 5 }\n").rate);
  EXPECT_EQ(load("rate_limit: { interval: 2m, burst: 5 }\n").rate->interval, Millis{120'000});
}

TEST_F(WebFileTest, NamesTheFilesThatItDependsOn) {
  const std::string path =
      write("web.yml", "tls_server_config: { cert_file: c.pem, key_file: /nowhere/k.pem }\n");
  const WebLoadResult result = load_web_file(path);
  EXPECT_EQ(result.errors.size(), 2u);
  EXPECT_THAT(result.files, ElementsAre(path, folder_ / "c.pem", "/nowhere/k.pem"));
}

TEST_F(WebFileTest, AMissingFileIsNamed) {
  const WebLoadResult result = load_web_file("/nowhere/web.yml");
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_EQ(result.errors[0].text(),
            "/nowhere/web.yml: the web configuration cannot be read: No such file or directory");
}

}  // namespace
}  // namespace agora_exporter::config
