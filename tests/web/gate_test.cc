// Who is let in: passwords, headers and the rate of requests, over real sockets.
#include <crypt.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "agora_exporter/base/published.h"
#include "agora_exporter/web/web.h"
#include "support/raw_client.h"
#include "support/tls_client.h"
#include "web/fixtures.h"
#include "web/passwords.h"

namespace agora_exporter::web::test {
namespace {

using testing::HasSubstr;

// The lowest cost, so that tests are quick.
std::string hash_of(const std::string& password) {
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  crypt_gensalt_rn("$2b$", 4, nullptr, 0, setting, sizeof setting);
  crypt_data data{};
  return crypt_r(password.c_str(), setting, &data);
}

std::string basic(const std::string& user_and_password) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < user_and_password.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 |
             (i + k < user_and_password.size() ? static_cast<unsigned char>(user_and_password[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= user_and_password.size() ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return "Authorization: Basic " + text;
}

class GateTest : public testing::Test {
 protected:
  void start(const config::WebConfig& config, Options options = {}) {
    options.listen = {"127.0.0.1:0"};
    options.access = access(config);
    auto started =
        Web::start(options, Source{[this] { return world_.get(); }, [this] { return report_.get(); }}, clock_,
                   null_log());
    ASSERT_TRUE(started) << started.error().text();
    web_ = std::move(*started);
    world_.publish(std::make_shared<const timeline::World>(small_world()));
    report_.publish(std::make_shared<const report::Report>(good_report()));
  }
  static std::shared_ptr<const Access> access(const config::WebConfig& config) {
    auto made = make_access(config);
    if (!made) throw std::runtime_error(made.error().text());
    return *made;
  }
  Answer get(const std::string& path, const Ask& how = {}) const {
    return ask(web_->addresses().front(), path, how);
  }
  int status(const std::string& user_and_password) const {
    return get("/metrics", {{basic(user_and_password)}}).status;
  }

  static config::WebConfig with_alice() {
    config::WebConfig config;
    config.users = {{"alice", hash_of("open sesame")}};
    return config;
  }

  Published<timeline::World> world_;
  Published<report::Report> report_;
  ManualClock clock_{wall_time(kNow)};
  std::unique_ptr<Web> web_;
};

TEST_F(GateTest, WithoutThePasswordNothingBut401) {
  Options options;
  options.reload = [](const Options::Reloaded&) { ADD_FAILURE() << "reloaded"; };
  start(with_alice(), options);
  for (const char* path : {"/", "/metrics", "/-/healthy", "/-/ready", "/nothing", "//metrics", "/metrics/",
                           "/./metrics", "/x/../metrics", "/%6Detrics", "/metrics?a=b", "/-/reload"}) {
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"}) {
      const auto answer = get(path, {{}, method});
      EXPECT_EQ(answer.status, 401) << method << ' ' << path;
      EXPECT_THAT(answer.header("www-authenticate"), HasSubstr("Basic realm="));
      EXPECT_THAT(answer.body, Not(HasSubstr("agora_")));
    }
  }
}

TEST_F(GateTest, OnlyTheRightPasswordOfAKnownUser) {
  start(with_alice());
  EXPECT_EQ(status("alice:open sesame"), 200);
  EXPECT_EQ(status("alice:open sesame"), 200);  // as verified before
  for (const std::string& wrong :
       {std::string("alice:open"), std::string("alice:"), std::string("alice"),
        std::string("bob:open sesame"), std::string(":open sesame"), std::string("Alice:open sesame"),
        std::string("alice:open sesame\0and more", 26)}) {
    EXPECT_EQ(status(wrong), 401) << wrong;
  }
  for (const char* header : {"Authorization: Basic", "Authorization: Basic !!!", "Authorization: Bearer x",
                             "Authorization: Basic YWxpY2U="}) {
    EXPECT_EQ(get("/metrics", {{header}}).status, 401) << header;
  }
}

TEST_F(GateTest, AnUnknownUserCostsAsMuchAsTheSlowest) {
  const std::string hash = hash_of("x");
  const std::string unmatched = unmatched_hash(hash);
  EXPECT_EQ(unmatched.substr(0, 7), hash.substr(0, 7));
  EXPECT_EQ(unmatched.size(), hash.size());
  crypt_data data{};
  ASSERT_NE(crypt_r("x", unmatched.c_str(), &data), nullptr);
  EXPECT_EQ(std::string(data.output).substr(0, 29), unmatched.substr(0, 29));  // it was computed
  EXPECT_FALSE(is_password("x", unmatched));
}

TEST_F(GateTest, ARemovedUserIsOutAtOnce) {
  start(with_alice());
  ASSERT_EQ(status("alice:open sesame"), 200);
  config::WebConfig other;
  other.users = {{"bob", hash_of("abracadabra")}};
  web_->set_access(access(other));
  EXPECT_EQ(status("alice:open sesame"), 401);
  EXPECT_EQ(status("bob:abracadabra"), 200);
  other.users = {{"bob", hash_of("another")}};
  web_->set_access(access(other));
  EXPECT_EQ(status("bob:abracadabra"), 401);
  web_->set_access(access({}));
  EXPECT_EQ(get("/metrics").status, 200);
}

TEST_F(GateTest, AStormOfScrapesChecksThePasswordOnce) {
  start(with_alice());
  std::vector<std::future<int>> answers;
  answers.reserve(100);
  for (int i = 0; i < 100; ++i)
    answers.push_back(std::async(std::launch::async, [this] { return status("alice:open sesame"); }));
  for (auto& answer : answers) EXPECT_EQ(answer.get(), 200);
}

TEST_F(GateTest, GuessesKeepNobodyElseOut) {
  start(with_alice());
  ASSERT_EQ(status("alice:open sesame"), 200);
  std::vector<std::future<int>> guesses;
  guesses.reserve(100);
  for (int i = 0; i < 100; ++i)
    guesses.push_back(
        std::async(std::launch::async, [this, i] { return status("alice:" + std::to_string(i)); }));
  EXPECT_EQ(status("alice:open sesame"), 200);
  for (auto& guess : guesses) EXPECT_THAT(guess.get(), testing::AnyOf(401, 503));
}

TEST_F(GateTest, HeadersAreOnEveryAnswer) {
  config::WebConfig config = with_alice();
  config.headers = {{"X-Frame-Options", "deny"}, {"Content-Security-Policy", "default-src 'self'"}};
  start(config);
  for (const Answer& answer : {get("/"), get("/", {{basic("alice:open sesame")}}),
                               get("/metrics", {{basic("alice:open sesame")}}), get("/nothing")}) {
    EXPECT_EQ(answer.header("x-frame-options"), "deny");
    EXPECT_EQ(answer.header("content-security-policy"), "default-src 'self'");
  }
}

TEST_F(GateTest, RequestsAreLimitedInRate) {
  config::WebConfig config;
  config.rate = config::WebRate{Millis{1'000}, 3};
  start(config);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/").status, 200);
  EXPECT_EQ(get("/").status, 429);
  clock_.advance(Millis{2'000});
  EXPECT_EQ(get("/").status, 200);
  EXPECT_EQ(get("/").status, 200);
  EXPECT_EQ(get("/").status, 429);
  clock_.advance(Millis{3'600'000});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/").status, 200);
  EXPECT_EQ(get("/").status, 429);
}

TEST_F(GateTest, TlsComesAndGoesWithTheConfiguration) {
  start({});
  ASSERT_EQ(get("/metrics").status, 200);
  const auto identity = agora_exporter::test::make_self_signed();
  config::WebConfig config = with_alice();
  config.tls.emplace();
  config.tls->certificate = identity.certificate;
  config.tls->key = identity.key;
  config.tls->cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"};
  config.tls->curve_preferences = {"CurveP384", "X25519"};
  web_->set_access(access(config));
  const std::string address = web_->addresses().front();
  const auto answer = agora_exporter::test::ask_by_tls(address, {.ca = identity.certificate});
  EXPECT_EQ(answer.status, 401) << answer.error;
  EXPECT_EQ(answer.cipher, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(get("/metrics").status, 0);
  config.tls->key = "x";
  EXPECT_THAT(make_access(config).error().text(), HasSubstr("tls_server_config: the key is no PEM key"));
}

// A connection on which nobody was let in, kept until passwords give way to client certificates.
TEST_F(GateTest, NobodyStaysInOnOldTerms) {
  start(with_alice());
  constexpr const char* kGet = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  http::test::RawClient client(web_->addresses().front());
  client.send(kGet);
  EXPECT_EQ(client.read_answer().status, 401);
  web_->set_access(access(with_alice()));  // the same terms
  client.send(kGet);
  EXPECT_EQ(client.read_answer().status, 401);
  const auto identity = agora_exporter::test::make_self_signed();
  config::WebConfig config;
  config.tls.emplace();
  config.tls->certificate = identity.certificate;
  config.tls->key = identity.key;
  config.tls->client_ca = identity.certificate;
  config.tls->client_auth_type = "RequireAndVerifyClientCert";
  web_->set_access(access(config));
  EXPECT_TRUE(client.sees_close());
}

TEST_F(GateTest, HealthIsAskedForByTheSocket) {
  Options options;
  const std::string socket = testing::TempDir() + "gate" + std::to_string(::getpid()) + ".sock";
  options.health_listen = "unix:" + socket;
  start(with_alice(), options);
  const auto at_socket = [&](const std::string& path) { return ask("unix:" + socket, path).status; };
  EXPECT_EQ(at_socket("/-/healthy"), 200);
  EXPECT_EQ(at_socket("/-/ready"), 200);
  EXPECT_EQ(at_socket("/metrics"), 404);
  EXPECT_EQ(get("/-/healthy").status, 401);
}

TEST_F(GateTest, AReloadIsAskedForByPost) {
  start({});
  EXPECT_EQ(get("/-/reload", {{}, "POST"}).status, 403);
  EXPECT_EQ(get("/-/reload").status, 405);
  EXPECT_EQ(get("/-/reload").header("allow"), "POST");
  EXPECT_EQ(get("/metrics", {{}, "POST"}).status, 405);
  EXPECT_EQ(get("/metrics", {{}, "POST"}).header("allow"), "GET, HEAD");
  EXPECT_EQ(get("/metrics", {{}, "DELETE"}).status, 405);

  Options options;
  Result<void> how = failure("app_id is empty", "exporter.yaml:3:5");
  options.reload = [&how](const Options::Reloaded& done) {
    std::thread([done, how] { done(how); }).detach();
  };
  start({}, options);
  const auto refused = get("/-/reload", {{}, "POST"});
  EXPECT_EQ(refused.status, 500);
  EXPECT_EQ(refused.body, "the old configuration stays: exporter.yaml:3:5: app_id is empty\n");
  how = {};
  EXPECT_EQ(get("/-/reload", {{}, "POST"}).status, 200);
}

}  // namespace
}  // namespace agora_exporter::web::test
