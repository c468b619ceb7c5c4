// TLS as clients meet it: what is agreed on, who is let in, and that answers come whole.
#include "agora_exporter/http/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/base/published.h"
#include "http/test_server.h"
#include "support/raw_client.h"
#include "support/tls_client.h"

namespace agora_exporter::http::test {
namespace {

using agora_exporter::test::ask_by_tls;
using agora_exporter::test::encrypted_key;
using agora_exporter::test::Identity;
using agora_exporter::test::issue;
using agora_exporter::test::make_ca;
using agora_exporter::test::make_self_signed;
using agora_exporter::test::TlsAnswer;
using agora_exporter::test::TlsAsk;
using testing::HasSubstr;

const std::string kAddress = "IP:127.0.0.1";

class TlsTest : public testing::Test {
 protected:
  void start(const Handler& handler = echo) {
    auto made = Tls::make(settings_);
    ASSERT_TRUE(made) << made.error().text();
    tls_.publish(*made);
    auto options = on_free_port();
    options.tls = [this] { return tls_.get(); };
    options.idle_timeout = idle_timeout_;
    server_ = std::make_unique<TestServer>(handler, options);
  }
  TlsAnswer get(TlsAsk how = {}) const {
    how.ca = ca_.certificate;
    return ask_by_tls(server_->address(), how);
  }
  // Whether somebody with this certificate is let in.
  bool lets_in(const Identity& client, const std::string& version = "") const {
    TlsAsk how;
    how.client = client;
    how.versions = version;
    return get(how).status == 200;
  }

  const Identity ca_ = make_ca("server CA");
  const Identity client_ca_ = make_ca("client CA");
  const Identity server_identity_ = issue(ca_, "server", kAddress);
  TlsSettings settings_{server_identity_.certificate, server_identity_.key};
  Seconds idle_timeout_{30};
  Published<Tls> tls_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(TlsTest, AnswersOverBothVersions) {
  start();
  for (const char* version : {"1.2", "1.3"}) {
    TlsAsk how;
    how.versions = version;
    how.path = "/a?b";
    const TlsAnswer answer = get(how);
    EXPECT_EQ(answer.status, 200) << answer.error;
    EXPECT_EQ(answer.body, "GET /a ?b ");
    EXPECT_EQ(answer.version, std::string("TLSv") + version);
  }
}

TEST_F(TlsTest, ALongAnswerComesWhole) {
  std::vector<std::string> pieces(80, std::string(256 * 1024, 'x'));
  pieces.back() += "end";
  start([&](const Request&, const Responder& respond) { respond({200, {}, pieces}); });
  const TlsAnswer answer = get();
  EXPECT_EQ(answer.status, 200) << answer.error;
  EXPECT_EQ(answer.body.size(), 80u * 256 * 1024 + 3);
  EXPECT_TRUE(answer.body.ends_with("xend"));
}

TEST_F(TlsTest, OnlyTheVersionsThatAreAllowed) {
  settings_.least = TlsVersion::tls13;
  start();
  EXPECT_EQ(get({.versions = "1.2"}).status, 0);
  EXPECT_EQ(get({.versions = "1.3"}).status, 200);
  settings_.least = settings_.most = TlsVersion::tls12;
  start();
  EXPECT_EQ(get({.versions = "1.3"}).status, 0);
  EXPECT_EQ(get({.versions = "1.2"}).status, 200);
}

TEST_F(TlsTest, OnlyTheCipherSuitesThatAreNamed) {
  settings_.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"};
  start();
  EXPECT_EQ(get({.versions = "1.2"}).cipher, "ECDHE-ECDSA-AES256-GCM-SHA384");
  EXPECT_EQ(get({.versions = "1.2", .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"}).status, 0);
  EXPECT_EQ(get({.versions = "1.3"}).cipher, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(get({.versions = "1.3", .ciphers13 = "TLS_AES_128_GCM_SHA256"}).status, 0);
}

TEST_F(TlsTest, WithoutASuiteOfTls12ItIsTls13) {
  settings_.cipher_suites = {"TLS_AES_128_GCM_SHA256"};
  start();
  EXPECT_EQ(get({.versions = "1.2"}).status, 0);
  EXPECT_EQ(get().version, "TLSv1.3");
}

TEST_F(TlsTest, WhosePreferenceCounts) {
  settings_.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                             "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
  const TlsAsk other_order{.versions = "1.2",
                           .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"};
  start();
  EXPECT_EQ(get(other_order).cipher, "ECDHE-ECDSA-AES256-GCM-SHA384");
  settings_.prefer_server_cipher_suites = false;
  start();
  EXPECT_EQ(get(other_order).cipher, "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_F(TlsTest, OnlyTheCurvesThatAreNamed) {
  settings_.curves = {"P-384", "X25519"};
  start();
  EXPECT_EQ(get({.curves = "P-256"}).status, 0);
  EXPECT_EQ(get({.curves = "X25519"}).status, 200);
  EXPECT_EQ(get({.curves = "P-384"}).status, 200);
}

TEST_F(TlsTest, WhoMustShowACertificate) {
  struct Case {
    ClientAuth auth;
    bool nobody, friendly, stranger;  // let in without one, with one of the CA, with another
  };
  const Identity friendly = issue(client_ca_, "prometheus", "");
  const Identity stranger = make_self_signed();
  for (const Case& c : {Case{ClientAuth::none, true, true, true}, Case{ClientAuth::request, true, true, true},
                        Case{ClientAuth::require_any, false, true, true},
                        Case{ClientAuth::verify_if_given, true, true, false},
                        Case{ClientAuth::require_and_verify, false, true, false}}) {
    settings_.client_auth = c.auth;
    settings_.client_ca = c.auth == ClientAuth::none ? "" : client_ca_.certificate;
    start();
    for (const char* version : {"1.2", "1.3"}) {
      SCOPED_TRACE(std::to_string(static_cast<int>(c.auth)) + " over TLS " + version);
      EXPECT_EQ(lets_in({}, version), c.nobody);
      EXPECT_EQ(lets_in(friendly, version), c.friendly);
      EXPECT_EQ(lets_in(stranger, version), c.stranger);
    }
  }
}

TEST_F(TlsTest, WhoseNameIsAllowed) {
  settings_.client_auth = ClientAuth::require_and_verify;
  settings_.client_ca = client_ca_.certificate;
  settings_.client_allowed_sans = {"prometheus.example", "ops@example.org", "192.0.2.7", "2001:db8::7",
                                   "spiffe://example.org/prometheus"};
  start();
  for (const char* names :
       {"DNS:prometheus.example", "email:ops@example.org", "IP:192.0.2.7", "IP:2001:db8:0:0:0:0:0:7",
        "URI:spiffe://example.org/prometheus", "DNS:other.example,DNS:prometheus.example"}) {
    EXPECT_TRUE(lets_in(issue(client_ca_, "c", names))) << names;
  }
  for (const char* names : {"", "DNS:other.example", "DNS:PROMETHEUS.EXAMPLE", "DNS:x.prometheus.example",
                            "IP:192.0.2.8", "URI:spiffe://example.org/prometheus2"}) {
    EXPECT_FALSE(lets_in(issue(client_ca_, "prometheus.example", names))) << names;
  }
}

// As in Go, whoever is in the file is trusted, whoever signed it.
TEST_F(TlsTest, AnIssuingAuthorityAloneIsEnough) {
  const Identity issuing = agora_exporter::test::make_ca_under(client_ca_, "issuing CA");
  settings_.client_auth = ClientAuth::require_and_verify;
  settings_.client_ca = issuing.certificate;
  start();
  EXPECT_TRUE(lets_in(issue(issuing, "prometheus", "")));
  EXPECT_FALSE(lets_in(issue(client_ca_, "prometheus", "")));
}

// What was agreed on before holds for nobody any more.
TEST_F(TlsTest, StandingConnectionsCanBeRenewed) {
  start();
  RawClient idle(server_->address());
  idle.send("\x16\x03\x01");  // a handshake that has begun
  (*server_)->post([this] { (*server_)->renew_connections(); });
  EXPECT_TRUE(idle.sees_close());
  EXPECT_EQ(get().status, 200);
}

TEST_F(TlsTest, ARenewedCertificateIsForNewConnections) {
  start();
  ASSERT_EQ(get().status, 200);
  const Identity other_ca = make_ca("other");
  const Identity renewed = issue(other_ca, "server", kAddress);
  settings_.certificate = renewed.certificate;
  settings_.key = renewed.key;
  auto made = Tls::make(settings_);
  ASSERT_TRUE(made) << made.error().text();
  tls_.publish(*made);
  EXPECT_EQ(get().status, 0);
  EXPECT_EQ(ask_by_tls(server_->address(), {.ca = other_ca.certificate}).status, 200);
}

TEST_F(TlsTest, PlainTextIsNotAnswered) {
  start();
  RawClient client(server_->address());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.sees_close());
  EXPECT_EQ(get().status, 200);
}

TEST_F(TlsTest, WhoNeverBeginsIsCutOff) {
  idle_timeout_ = Seconds{1};
  start();
  RawClient silent(server_->address());
  EXPECT_TRUE(silent.sees_close());
}

TEST_F(TlsTest, WhatIsWrongIsSaid) {
  const auto error = [this](auto change) {
    TlsSettings settings = settings_;
    change(settings);
    const auto made = Tls::make(settings);
    return made ? std::string("none") : made.error().text();
  };
  const Identity other = make_self_signed();
  EXPECT_THAT(error([](auto& s) { s.certificate = "x"; }),
              HasSubstr("the certificate is no PEM certificate"));
  EXPECT_THAT(error([](auto& s) { s.certificate.erase(100, 20); }),
              HasSubstr("the certificate is no PEM certificate"));
  EXPECT_THAT(error([](auto& s) { s.key = "x"; }), HasSubstr("the key is no PEM key"));
  EXPECT_THAT(error([&](auto& s) { s.key = encrypted_key(server_identity_, "secret"); }),
              HasSubstr("without a passphrase"));
  EXPECT_THAT(error([&](auto& s) { s.key = other.key; }),
              HasSubstr("the key is not that of the certificate"));
  EXPECT_THAT(error([](auto& s) { s.client_auth = ClientAuth::require_and_verify; }),
              HasSubstr("without a client CA"));
  EXPECT_THAT(error([](auto& s) {
                s.client_auth = ClientAuth::require_and_verify;
                s.client_ca = "x";
              }),
              HasSubstr("the client CA is no PEM certificate"));
  EXPECT_THAT(error([](auto& s) { s.cipher_suites = {"TLS_MADE_UP"}; }), HasSubstr("TLS_MADE_UP"));
  EXPECT_THAT(error([](auto& s) { s.curves = {"P-1"}; }), HasSubstr("the curves are not taken"));
  EXPECT_THAT(error([](auto& s) {
                s.cipher_suites = {"TLS_AES_128_GCM_SHA256"};
                s.most = TlsVersion::tls12;
              }),
              HasSubstr("no cipher suite is left"));
  EXPECT_THAT(error([](auto& s) {
                s.least = TlsVersion::tls13;
                s.most = TlsVersion::tls12;
              }),
              HasSubstr("the lowest TLS version is above the highest"));
}

}  // namespace
}  // namespace agora_exporter::http::test
