// Every key of the web configuration file, from the file to what a client meets.
#include "agora_exporter/web/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "agora_exporter/web/web.h"
#include "support/certificates.h"
#include "support/tls_client.h"
#include "web/fixtures.h"

namespace agora_exporter::web::test {
namespace {

using agora_exporter::test::ask_by_tls;
using agora_exporter::test::Identity;
using agora_exporter::test::issue;
using agora_exporter::test::make_ca;
using agora_exporter::test::make_self_signed;
using agora_exporter::test::TlsAnswer;
using agora_exporter::test::TlsAsk;

constexpr const char* kFiles = "  cert_file: server.pem\n  key_file: server.key\n";

// PEM as a block of YAML.
std::string block(const std::string& pem) {
  std::string text = "|\n    ";
  for (const char c : pem) text += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return text + '\n';
}

class WebKeys : public testing::Test {
 protected:
  WebKeys() : folder_(std::filesystem::path(testing::TempDir()) / ("keys" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    write("server.pem", server_.certificate);
    write("server.key", server_.key);
    write("clients.pem", clients_.certificate);
  }
  ~WebKeys() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  void serve(const std::string& file) {
    write("web.yml", file);
    const auto loaded = config::load_web_file(folder_ / "web.yml");
    ASSERT_TRUE(loaded.config) << loaded.errors.front().text();
    const auto access = make_access(*loaded.config);
    ASSERT_TRUE(access) << access.error().text();
    Options options;
    options.listen = {"127.0.0.1:0"};
    options.access = *access;
    web_.reset();
    auto started =
        Web::start(options, Source{[] { return nullptr; }, [] { return nullptr; }, {}}, clock_, null_log());
    ASSERT_TRUE(started) << started.error().text();
    web_ = std::move(*started);
  }
  void serve_tls(const std::string& keys) { serve("tls_server_config:\n" + (kFiles + keys)); }

  TlsAnswer get(TlsAsk how = {}) const {
    how.ca = ca_.certificate;
    how.path = "/nothing";
    return ask_by_tls(web_->addresses().front(), how);
  }
  bool lets_in(const Identity& client) const { return get({.client = client}).status == 404; }

  const Identity ca_ = make_ca("server CA"), clients_ = make_ca("client CA");
  const Identity server_ = issue(ca_, "server", "IP:127.0.0.1");
  const Identity nobody_, stranger_ = make_self_signed(), known_ = issue(clients_, "known", "DNS:a.example");
  const std::filesystem::path folder_;
  ManualClock clock_{wall_time(kNow)};
  std::unique_ptr<Web> web_;
};

TEST_F(WebKeys, CertificateAndKeyAsFilesOrText) {
  serve_tls("");
  EXPECT_EQ(get().status, 404) << get().error;
  serve("tls_server_config:\n  cert: " + block(server_.certificate) + "  key: " + block(server_.key));
  EXPECT_EQ(get().status, 404) << get().error;
}

TEST_F(WebKeys, Versions) {
  serve_tls("  min_version: TLS13\n");
  EXPECT_EQ(get().version, "TLSv1.3");
  EXPECT_EQ(get({.versions = "1.2"}).status, 0);
  serve_tls("  max_version: TLS12\n");
  EXPECT_EQ(get().version, "TLSv1.2");
  EXPECT_EQ(get({.versions = "1.3"}).status, 0);
}

TEST_F(WebKeys, SuitesAndWhoseOrderCounts) {
  const std::string suites =
      "  max_version: TLS12\n"
      "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n";
  const TlsAsk other_order{.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"};
  serve_tls(suites);
  EXPECT_EQ(get(other_order).cipher, "ECDHE-ECDSA-AES256-GCM-SHA384");
  serve_tls(suites + "  prefer_server_cipher_suites: false\n");
  EXPECT_EQ(get(other_order).cipher, "ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_EQ(get({.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305"}).status, 0);
}

TEST_F(WebKeys, Curves) {
  serve_tls("  curve_preferences: [CurveP384]\n");
  EXPECT_EQ(get({.curves = "P-384"}).status, 404);
  EXPECT_EQ(get({.curves = "X25519"}).status, 0);
}

TEST_F(WebKeys, WhatEachClientAuthTypeAsks) {
  struct Case {
    const char* type;
    bool nobody, stranger, known;
  };
  const std::string ca_file = "  client_ca_file: clients.pem\n";
  const std::string ca_text = "  client_ca: " + block(clients_.certificate);
  for (const Case& c :
       {Case{"NoClientCert", true, true, true}, Case{"RequestClientCert", true, true, true},
        Case{"RequireAnyClientCert", false, true, true}, Case{"RequireClientCert", false, true, true},
        Case{"VerifyClientCertIfGiven", true, false, true},
        Case{"RequireAndVerifyClientCert", false, false, true}}) {
    SCOPED_TRACE(c.type);
    const std::string type = c.type;
    const std::string keys = "  client_auth_type: " + type + "\n";
    const bool verifies = type.find("Verif") != std::string::npos;
    for (const std::string& ca : {ca_file, ca_text}) {
      ASSERT_NO_FATAL_FAILURE(serve_tls(keys + (verifies ? ca : "")));
      EXPECT_EQ(lets_in(nobody_), c.nobody);
      EXPECT_EQ(lets_in(stranger_), c.stranger);
      EXPECT_EQ(lets_in(known_), c.known);
    }
  }
}

TEST_F(WebKeys, AllowedNamesOfClients) {
  const std::string keys = "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: clients.pem\n";
  serve_tls(keys + "  client_allowed_sans: [b.example, a.example]\n");
  EXPECT_TRUE(lets_in(known_));
  serve_tls(keys + "  client_allowed_sans: [b.example]\n");
  EXPECT_FALSE(lets_in(known_));
}

TEST_F(WebKeys, Headers) {
  serve(
      "http_server_config:\n  http2: false\n  headers:\n"
      "    Strict-Transport-Security: max-age=31536000\n    X-Content-Type-Options: nosniff\n"
      "    X-Frame-Options: sameorigin\n    X-XSS-Protection: 1; mode=block\n"
      "    Content-Security-Policy: default-src 'self'\n");
  const Answer answer = ask(web_->addresses().front(), "/nothing");
  EXPECT_EQ(answer.header("strict-transport-security"), "max-age=31536000");
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer.header("x-frame-options"), "sameorigin");
  EXPECT_EQ(answer.header("x-xss-protection"), "1; mode=block");
  EXPECT_EQ(answer.header("content-security-policy"), "default-src 'self'");
}

TEST_F(WebKeys, UsersAndRate) {
  // The hash of "x", of the lowest cost.
  serve(
      "basic_auth_users: { alice: $2b$04$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e "
      "}\nrate_limit: { interval: 1h, burst: 2 }\n");
  const std::string address = web_->addresses().front();
  EXPECT_EQ(ask(address, "/nothing").status, 401);
  EXPECT_EQ(ask(address, "/nothing", {{"Authorization: Basic YWxpY2U6eA=="}}).status, 404);
  EXPECT_EQ(ask(address, "/nothing").status, 429);
}

}  // namespace
}  // namespace agora_exporter::web::test
