#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/config/config.h"

namespace agora_exporter::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string texts(const std::vector<Error>& errors) {
  std::string all;
  for (const Error& error : errors) all += error.text() + "\n";
  return all;
}

Config loaded(const std::string& text) {
  LoadResult result = load_text(text, "f");
  EXPECT_TRUE(result.config) << texts(result.errors);
  return result.config.value_or(Config{});
}

const std::string kLeast =
    "accounts:\n"
    "  - customer_id: id\n"
    "    customer_secret: secret\n"
    "    apps: [{ app_id: app1 }]\n";

TEST(Load, TheExampleHoldsEveryDefault) {
  LoadResult example = load_file(SOURCE_DIR "/exporter.yaml.example");
  ASSERT_TRUE(example.config) << texts(example.errors);
  const Config least = loaded(kLeast);
  const Account& a = example.config->accounts.at(0);
  const Account& b = least.accounts.at(0);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.base_url, b.base_url);
  EXPECT_EQ(a.plan.name, b.plan.name);
  EXPECT_EQ(a.quota_per_app, b.quota_per_app);
  EXPECT_EQ(a.percent_is_fraction, b.percent_is_fraction);
  EXPECT_EQ(a.duration_in_seconds, b.duration_in_seconds);
  EXPECT_EQ(a.http.proxy, b.http.proxy);
  EXPECT_EQ(a.http.ca_file, b.http.ca_file);
  EXPECT_EQ(a.http.timeout, b.http.timeout);
  EXPECT_EQ(a.allow_plaintext, b.allow_plaintext);
  const App& x = a.apps.at(0);
  const App& y = b.apps.at(0);
  EXPECT_EQ(x.usage.metrics, y.usage.metrics);
  EXPECT_EQ(x.usage.granularity, y.usage.granularity);
  EXPECT_EQ(x.quality.metrics, y.quality.metrics);
  EXPECT_EQ(x.quality.products, y.quality.products);
  EXPECT_EQ(x.quality.granularity, y.quality.granularity);
  EXPECT_EQ(x.calls, y.calls);
  EXPECT_EQ(x.server_users, y.server_users);
  EXPECT_EQ(x.channels.include, y.channels.include);
  EXPECT_EQ(x.channels.exclude, y.channels.exclude);
  EXPECT_EQ(x.channels.always, y.channels.always);
  EXPECT_EQ(x.weight, y.weight);
  EXPECT_EQ(example.config->objective, least.objective);
  EXPECT_EQ(example.config->max_sids_per_call, least.max_sids_per_call);
  EXPECT_EQ(example.config->lag, least.lag);
  EXPECT_EQ(example.config->insight_lag, least.insight_lag);
  EXPECT_EQ(example.config->sessions, least.sessions);
  EXPECT_EQ(example.config->mids, least.mids);
  EXPECT_EQ(example.config->max_series, least.max_series);
  EXPECT_EQ(example.config->storage_path, least.storage_path);
  EXPECT_EQ(example.config->retention, least.retention);
  EXPECT_EQ(example.config->max_size, least.max_size);
}

TEST(Load, DefaultsAreThoseOfTheDesign) {
  const Config config = loaded(kLeast);
  const Account& account = config.accounts.at(0);
  EXPECT_EQ(account.name, "default");
  EXPECT_EQ(account.base_url, "https://api.agora.io");
  EXPECT_EQ(account.plan.name, "standard");
  EXPECT_EQ(account.http.timeout, Seconds{60});
  const App& app = account.apps.at(0);
  EXPECT_EQ(app.name, "app1");
  EXPECT_EQ(app.usage.metrics.size(), agora::usage_metrics().size());
  EXPECT_EQ(app.quality.metrics.size(), agora::quality_metrics().size());
  EXPECT_THAT(app.quality.products, ElementsAre("Native", "WebRTC"));
  EXPECT_THAT(app.usage.granularity, ElementsAre(agora::Granularity::day));
  EXPECT_THAT(app.quality.granularity, ElementsAre(agora::Granularity::hour));
  EXPECT_FALSE(config.lag.has_value());
  EXPECT_EQ(config.replay_lag(), Seconds{1'800});
  EXPECT_EQ(app.weight, 1);
  EXPECT_THAT(app.channels.always, testing::IsEmpty());
  EXPECT_EQ(config.objective, Objective::representative);
  EXPECT_EQ(config.max_sids_per_call, 200u);
  EXPECT_EQ(config.max_series, 100'000u);
  EXPECT_EQ(config.max_size, 2ull << 30);
}

TEST(Load, EveryKeyReachesItsField) {
  const Config config = loaded(R"(
accounts:
  - name: production
    base_url: http://127.0.0.1:8080/
    customer_id: id
    customer_secret: secret
    plan: premium
    limits: { call_metrics: { per_day: 500, per_second: 2, look_back: 2d, longest_window: 30m, delay: 90s },
              call_lists: { per_minute: 7 }, insight_usage: { hourly: true }, insight_quality: { hourly: false } }
    quota_scope: app
    units: { percent: fraction, duration: seconds }
    http: { proxy: "http://proxy:3128", timeout: 20s, allow_plaintext: true }
    apps:
      - app_id: a1
        name: web
        usage: { enabled: false, metrics: [userCount], granularity: [1d, 1h] }
        quality: { metrics: [networkDelay], products: [WebRTC], granularity: [1d] }
        weight: 2.5
        calls: { enabled: false, server_users: true, channels: { include: ["room-.*"], exclude: ["room-test"], always: ["room-[12]"] } }
planner: { objective: coverage, max_sids_per_call: 40 }
replay: { lag: 20m, insight_lag: 72h }
exposition: { sessions: false, mids: [20005, 20011], max_series: 5000 }
storage: { path: /var/lib/agora, retention: 1d, max_size: 500MB }
)");
  const Account& account = config.accounts.at(0);
  EXPECT_EQ(account.name, "production");
  EXPECT_EQ(account.base_url, "http://127.0.0.1:8080");
  EXPECT_EQ(account.plan.name, "premium");
  const agora::Limits& metrics = account.plan.of(agora::Endpoint::call_metrics);
  EXPECT_EQ(metrics.per_day, 500);
  EXPECT_EQ(metrics.per_second, 2);
  EXPECT_EQ(metrics.look_back, Seconds{172'800});
  EXPECT_EQ(metrics.longest_window, Seconds{1'800});
  EXPECT_EQ(metrics.delay, Seconds{90});
  EXPECT_EQ(account.plan.of(agora::Endpoint::call_lists).per_minute, 7);
  EXPECT_TRUE(account.plan.of(agora::Endpoint::insight_usage).hourly);
  EXPECT_FALSE(account.plan.of(agora::Endpoint::insight_quality).hourly);
  EXPECT_EQ(account.plan.of(agora::Endpoint::call_lists).per_day,
            agora::find_plan("premium")->of(agora::Endpoint::call_lists).per_day);
  EXPECT_TRUE(account.quota_per_app);
  EXPECT_TRUE(account.percent_is_fraction);
  EXPECT_TRUE(account.duration_in_seconds);
  EXPECT_EQ(account.http.proxy, "http://proxy:3128");
  EXPECT_EQ(account.http.timeout, Seconds{20});
  EXPECT_TRUE(account.allow_plaintext);
  const App& app = account.apps.at(0);
  EXPECT_EQ(app.name, "web");
  EXPECT_FALSE(app.usage.enabled);
  EXPECT_THAT(app.usage.metrics, ElementsAre("userCount"));
  EXPECT_THAT(app.usage.granularity, ElementsAre(agora::Granularity::day, agora::Granularity::hour));
  EXPECT_THAT(app.quality.metrics, ElementsAre("networkDelay"));
  EXPECT_THAT(app.quality.products, ElementsAre("WebRTC"));
  EXPECT_FALSE(app.calls);
  EXPECT_TRUE(app.server_users);
  EXPECT_THAT(app.channels.include, ElementsAre("room-.*"));
  EXPECT_THAT(app.channels.exclude, ElementsAre("room-test"));
  EXPECT_THAT(app.channels.always, ElementsAre("room-[12]"));
  EXPECT_EQ(app.weight, 2.5);
  EXPECT_EQ(config.objective, Objective::coverage);
  EXPECT_EQ(config.max_sids_per_call, 40u);
  EXPECT_EQ(config.lag, Seconds{1'200});
  EXPECT_EQ(config.insight_lag, Seconds{259'200});
  EXPECT_FALSE(config.sessions);
  EXPECT_THAT(config.mids, ElementsAre(20005u, 20011u));
  EXPECT_EQ(config.max_series, 5'000u);
  EXPECT_EQ(config.storage_path, "/var/lib/agora");
  EXPECT_EQ(config.retention, kDay);
  EXPECT_EQ(config.max_size, 500'000'000u);
}

TEST(Load, AllErrorsComeAtOnceInTheOrderOfTheFile) {
  const LoadResult result = load_text(
      "storage: { max_size: 2G }\n"
      "accounts:\n"
      "  - customer_id: id\n"
      "    plan: gold\n"
      "    apps:\n"
      "      - { app_id: a, name: x }\n"
      "      - { app_id: a, calls: { enabled: maybe } }\n"
      "replay: { lag: soon }\n",
      "my.yaml");
  std::vector<std::string> places;
  for (const Error& error : result.errors) places.push_back(error.where);
  EXPECT_THAT(places, ElementsAre("my.yaml:1:22", "my.yaml:3:5", "my.yaml:4:11", "my.yaml:7:19",
                                  "my.yaml:7:40", "my.yaml:8:16"))
      << texts(result.errors);
}

TEST(Load, PlaintextGoesOnlyToLoopbackOrWhereAllowed) {
  const auto with_url = [](const std::string& url, const std::string& more = "") {
    return load_text("accounts:\n  - customer_id: id\n    customer_secret: s\n    base_url: \"" + url +
                         "\"\n" + more + "    apps: [{ app_id: app1 }]\n",
                     "f");
  };
  for (const char* url : {"http://127.0.0.1", "http://127.1.2.3:80", "http://localhost:8080",
                          "http://[::1]:8080", "https://api.agora.io", "https://gateway.example/agora"}) {
    EXPECT_TRUE(with_url(url).config) << url;
  }
  for (const char* url : {"http://api.agora.io", "http://127.evil.example", "http://localhost.example",
                          "http://10.0.0.1", "ftp://localhost", "http://", "https://a b", "https://a?x=1",
                          "https://a#x", "https://[::1", "https://a:", "https://a:0", "HTTPS//a"}) {
    EXPECT_FALSE(with_url(url).config) << url;
  }
  EXPECT_TRUE(with_url("http://10.0.0.1", "    http: { allow_plaintext: true }\n").config);
}

TEST(Load, ALagThatIsLongEnoughIsTheOneTheErrorNames) {
  EXPECT_TRUE(load_text(kLeast + "replay: { lag: 6m1s }\n", "f").config);
  EXPECT_FALSE(load_text(kLeast + "replay: { lag: 6m }\n", "f").config);
  const std::string without_calls =
      kLeast.substr(0, kLeast.rfind(" }]")) + ", calls: { enabled: false } }]\n";
  EXPECT_TRUE(load_text(without_calls + "replay: { lag: 1m }\n", "f").config);
}

TEST(Load, MoreRowsThanRequestsIsAWarning) {
  const LoadResult result = load_text(
      "accounts:\n  - customer_id: id\n    customer_secret: s\n    apps: [{ app_id: a }, { app_id: b }]\n",
      "f");
  ASSERT_TRUE(result.config);
  ASSERT_EQ(result.warnings.size(), 2u);
  EXPECT_THAT(result.warnings[0].what,
              HasSubstr("insight_usage of account \"default\" asks for 16 rows a day"));
  EXPECT_THAT(
      result.warnings[1].what,
      HasSubstr("insight_quality of account \"default\" asks for 20 rows a day, and the plan's 10 requests "
                "carry 10: the first ones, apps in turn"));
}

TEST(Load, NoFileIsAnErrorThatNamesTheFlag) {
  const LoadResult result = load_file("/nonexistent/exporter.yaml");
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_EQ(result.errors[0].text(),
            "/nonexistent/exporter.yaml: the configuration cannot be read: No such file or directory "
            "(name it with --config.file)");
  EXPECT_EQ(load_file("/").errors.size(), 1u);
}

TEST(Load, DeepNestingAndOddBytesAreErrorsNotCrashes) {
  EXPECT_FALSE(load_text(std::string(100'000, '['), "f").errors.empty());
  EXPECT_FALSE(load_text(std::string("\0\1\2\xff\xfe", 5), "f").errors.empty());
  EXPECT_FALSE(load_text("? [a, b]\n: c\n", "f").errors.empty());
  EXPECT_FALSE(load_text("accounts: *nowhere\n", "f").errors.empty());
}

class SecretFile : public testing::Test {
 protected:
  SecretFile() : path_(testing::TempDir() + "agora_secret_" + std::to_string(::getpid())) {}
  ~SecretFile() override { std::filesystem::remove(path_); }
  void write(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }
  SecretSource source() const {
    SecretSource s;
    s.file = path_;
    return s;
  }
  std::string path_;
};

TEST_F(SecretFile, IsReadAgainEachTimeWithoutItsLineEnd) {
  write("first\n");
  EXPECT_EQ(source().read().value(), "first");
  write("second\r\n");
  EXPECT_EQ(source().read().value(), "second");
}

TEST_F(SecretFile, ThatIsNoSecretIsRefusedByNameOnly) {
  for (const std::string& text :
       {std::string(), std::string("\n\n"), std::string("a-secret\nb"), std::string(5'000, 'x')}) {
    write(text);
    const auto result = source().read();
    ASSERT_FALSE(result) << text.size();
    EXPECT_THAT(result.error().text(), HasSubstr(path_));
    EXPECT_THAT(result.error().text(), testing::Not(HasSubstr("a-secret")));
  }
}

TEST(Secret, ComesFromTheEnvironment) {
  SecretSource source;
  source.env = "AGORA_EXPORTER_TEST_SECRET";
  ::unsetenv(source.env.c_str());
  EXPECT_FALSE(source.read());
  ::setenv(source.env.c_str(), "from-env", 1);
  EXPECT_EQ(source.read().value(), "from-env");
  ::unsetenv(source.env.c_str());
}

}  // namespace
}  // namespace agora_exporter::config
