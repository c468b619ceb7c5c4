// Exit codes and streams of the whole program, in-process; the network is a server of the test's own on
// loopback.
#include "agora_exporter/cli/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "agora_exporter/http/server.h"
#include "cli/files.h"
#include "cli/setup.h"

namespace agora_exporter::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
  std::vector<std::string> addresses;
  std::vector<bool> ends_at_once;  // what the signals were told, in order
};

Outcome run_with(const std::vector<std::string>& arguments,
                 const std::function<void(const std::vector<std::string>&)>& wait = {}) {
  std::ostringstream out, err;
  Outcome outcome;
  Signals signals;
  signals.wait = [&](const std::vector<std::string>& addresses) {
    outcome.addresses = addresses;
    if (wait) wait(addresses);
    return Signal::stop;
  };
  signals.end_at_once = [&](bool so) { outcome.ends_at_once.push_back(so); };
  outcome.code = run(arguments, out, err, signals);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

TEST(Run, CheckConfigPrintsTheSums) {
  const Folder folder;
  const std::string file = folder.write("e.yaml", config_text("https://api.agora.io"));
  const Outcome outcome = run_with({"check-config", "--config.file", file});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(file + ": no errors"));
  EXPECT_THAT(outcome.out, HasSubstr("account main: plan standard"));
  EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("s3cret")));
  EXPECT_EQ(outcome.err, "");
}

TEST(Run, CheckConfigFailsWithEveryError) {
  const Folder folder;
  const std::string file = folder.write(
      "e.yaml", config_text("http://api.agora.io", "    plan: gold\n") + "storage: { max_size: 1 }\n");
  for (const std::vector<std::string>& command : {std::vector<std::string>{"check-config"}, {}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--config.file", file});
    const Outcome outcome = run_with(arguments);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(file + ":3:15: http:// would send the credentials in the clear"));
    EXPECT_THAT(outcome.err, HasSubstr(file + ":6:11: accounts[0].plan cannot be \"gold\""));
    EXPECT_THAT(outcome.err, HasSubstr(file + ":8:22: storage.max_size must be a size"));
    EXPECT_THAT(outcome.err, Not(HasSubstr("s3cret")));
  }
}

TEST(Run, WarningsDoNotFail) {
  const Folder folder;
  const std::string file =
      folder.write("e.yaml", config_text("https://api.agora.io", "", ", quality: { granularity: [1d, 1h] }"));
  const Outcome outcome = run_with({"check-config", "--config.file", file});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("warning: " + file));
}

TEST(Run, OnlyServingIsEndedInOrder) {
  EXPECT_THAT(run_with({"catalog"}).ends_at_once, ElementsAre(true)) << "Ctrl-C works at once";
  EXPECT_THAT(run_with({"check-config", "--config.file", "none"}).ends_at_once, ElementsAre(true));
}

TEST(Run, CatalogPrintsEachForm) {
  EXPECT_THAT(run_with({"catalog"}).out, HasSubstr("agora_session_app_cpu_ratio"));
  EXPECT_EQ(run_with({"catalog", "--json"}).out.front(), '{');
  EXPECT_THAT(run_with({"catalog", "--markdown"}).out, HasSubstr("| `agora_"));
}

TEST(Run, AWrongCommandLineIsTwo) {
  const Outcome outcome = run_with({"--bogus"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--bogus"));
}

TEST(Run, TheVirtualClockIsOnlyForThisMachine) {
  EXPECT_TRUE(resolves_to_loopback("http://127.0.0.1:8080"));
  EXPECT_TRUE(resolves_to_loopback("http://[::1]:8080/x"));
  EXPECT_TRUE(resolves_to_loopback("http://localhost"));
  EXPECT_FALSE(resolves_to_loopback("https://192.0.2.1"));
  EXPECT_FALSE(resolves_to_loopback("https://[2001:db8::1]"));
  EXPECT_FALSE(resolves_to_loopback("https://does-not-exist.invalid"));
  EXPECT_FALSE(resolves_to_loopback("no url"));

  const Folder folder;
  const std::string file = folder.write("e.yaml", config_text("https://192.0.2.1"));
  const Outcome outcome = run_with({"check-config", "--ask", "--config.file", file, "--storage.path",
                                    folder.file("s"), "--clock.speed", "2"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("https://192.0.2.1: the host is not this machine"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("s")));
}

TEST(Healthcheck, IsTheServersAnswer) {
  int status = 200;
  http::ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  std::string asked;
  const auto server = http::Server::start(
      options,
      [&](const http::Request& request, const http::Responder& respond) {
        asked = request.path;
        http::Response response;
        response.status = status;
        response.pieces = {status == 200 ? "well\n" : "the collector stands still\n"};
        respond(std::move(response));
      },
      null_log());
  ASSERT_TRUE(server);
  const std::string address = (*server)->addresses().front();
  const Outcome well = run_with({"healthcheck", "--web.listen-address", address});
  EXPECT_EQ(well.code, 0) << well.err;
  EXPECT_EQ(well.out, "well\n");
  EXPECT_EQ(asked, "/-/healthy");

  status = 503;
  const Outcome ill = run_with({"healthcheck", "--web.listen-address", address});
  EXPECT_EQ(ill.code, 1);
  EXPECT_EQ(ill.err, "the collector stands still\n");

  // What listens on all interfaces is asked on loopback.
  status = 200;
  const std::string port = address.substr(address.rfind(':'));
  EXPECT_EQ(run_with({"healthcheck", "--web.listen-address", port}).code, 0);
  EXPECT_EQ(run_with({"healthcheck", "--web.listen-address", "0.0.0.0" + port}).code, 0);

  (*server)->stop(Millis{0});
  const Outcome gone = run_with({"healthcheck", "--web.listen-address", address});
  EXPECT_EQ(gone.code, 1);
  EXPECT_THAT(gone.err, HasSubstr(address));
}

TEST(Serve, RunsUntilToldToStopAndRefusesASecondOnItsFolder) {
  const Folder folder;
  // Nothing answers there: the exporter runs on and is healthy.
  const std::string file = folder.write("e.yaml", config_text("http://127.0.0.1:1"));
  const std::vector<std::string> arguments{
      "--config.file",        file,          "--storage.path", folder.file("state"),
      "--web.listen-address", "127.0.0.1:0", "--log.level",    "error"};
  Outcome health, second, asked;
  const Outcome outcome = run_with(arguments, [&](const std::vector<std::string>& addresses) {
    // The first heartbeat comes with the collector's first step.
    for (int i = 0; i < 1'000 && health.code != 0; ++i) {
      health = run_with({"healthcheck", "--web.listen-address", addresses.front()});
    }
    second = run_with(arguments);
    asked =
        run_with({"check-config", "--ask", "--config.file", file, "--storage.path", folder.file("state")});
  });
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(outcome.addresses.size(), 1u);
  EXPECT_EQ(health.code, 0) << health.err;
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.addresses, ElementsAre());
  EXPECT_EQ(asked.code, 1);
  EXPECT_THAT(asked.out, HasSubstr("nothing was asked: "));
  // Stopped, it has let the folder go.
  EXPECT_EQ(run_with(arguments).code, 0);
}

// The answer of a server on a unix socket, head and all.
std::string ask_at(const std::string& socket_path, const std::string& method, const std::string& target) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  std::string answer;
  const std::string request = method + ' ' + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    std::array<char, 4'096> buffer{};
    for (ssize_t n = 0; (n = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;)
      answer.append(buffer.data(), static_cast<std::size_t>(n));
  }
  ::close(fd);
  return answer;
}

std::string get(const std::string& socket, const std::string& target) {
  return ask_at(socket, "GET", target);
}
std::string reload(const std::string& socket) { return ask_at(socket, "POST", "/-/reload"); }

TEST(Serve, ReadsTheConfigurationAgain) {
  const Folder folder;
  const std::string file = folder.write("e.yaml", config_text("http://127.0.0.1:1"));
  const std::string socket = folder.file("web");
  std::vector<std::string> answers;
  int woken = 0;
  Signals signals;
  signals.wait = [&](const std::vector<std::string>&) {
    if (woken++ == 0) return Signal::reload;  // as by SIGHUP
    answers.push_back(reload(socket));
    folder.write("e.yaml", "accounts: 1\n");
    answers.push_back(reload(socket));
    return Signal::stop;
  };
  std::ostringstream out, err;
  EXPECT_EQ(run({"--config.file", file, "--storage.path", folder.file("state"), "--web.listen-address",
                 "unix:" + socket, "--log.level", "error", "--web.enable-lifecycle"},
                out, err, signals),
            0)
      << err.str();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_THAT(answers[0], HasSubstr(" 200 "));
  EXPECT_THAT(answers[1], HasSubstr(" 500 "));
  EXPECT_THAT(answers[1],
              HasSubstr("the old configuration stays: " + file + ":1:11: accounts must be a list"));
}

TEST(Serve, HealthWithAWebConfigurationIsAskedForByTheSocket) {
  const Folder folder;
  const std::string file = folder.write("e.yaml", config_text("http://127.0.0.1:1"));
  const std::string web = folder.write("web.yml", "rate_limit: { interval: 1h, burst: 1 }\n");
  const std::vector<std::string> flags{"--config.file",        file,
                                       "--storage.path",       folder.file("state"),
                                       "--web.listen-address", "unix:" + folder.file("web"),
                                       "--web.config.file",    web,
                                       "--log.level",          "error"};
  const auto with = [&](std::vector<std::string> first) {
    first.insert(first.end(), flags.begin(), flags.end());
    return run_with(first).code;
  };
  int healthy = -1, ready = -1;
  EXPECT_EQ(run_with(flags,
                     [&](const auto&) {
                       healthy = with({"healthcheck"});
                       ready = with({"healthcheck", "--ready"});
                     })
                .code,
            0);
  EXPECT_EQ(healthy, 0);
  EXPECT_EQ(ready, 1) << "nothing could be asked";
  EXPECT_EQ(with({"healthcheck"}), 1) << "it has ended";
}

TEST(Serve, AWrongWebConfigurationIsAnErrorAtTheStart) {
  const Folder folder;
  const std::string file = folder.write("e.yaml", config_text("http://127.0.0.1:1"));
  const std::string web = folder.write("web.yml", "tls_server_config: { cert: x, key: y }\n");
  for (const char* command : {"check-config", ""}) {
    std::vector<std::string> arguments{"--config.file", file, "--web.config.file", web};
    if (*command != 0) arguments.insert(arguments.begin(), command);
    const Outcome outcome = run_with(arguments);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.err, HasSubstr(web + ": tls_server_config: the certificate is no PEM certificate"));
  }
}

TEST(Serve, SaysThatTheJournalIsBeingReplayed) {
  const Folder folder;
  const std::string file = folder.write("e.yaml", config_text("http://127.0.0.1:1"));
  const std::string socket = folder.file("web");
  std::vector<bool> told;
  std::string metrics, ready, healthy;
  Signals signals;
  signals.wait = [](const std::vector<std::string>&) { return Signal::stop; };
  // Said just before the state is opened, and just after.
  signals.end_at_once = [&](bool so) {
    told.push_back(so);
    if (!so) return;
    metrics = get(socket, "/metrics");
    ready = get(socket, "/-/ready");
    healthy = get(socket, "/-/healthy");
  };
  std::ostringstream out, err;
  EXPECT_EQ(run({"--config.file", file, "--storage.path", folder.file("state"), "--web.listen-address",
                 "unix:" + socket, "--log.level", "error"},
                out, err, signals),
            0)
      << err.str();
  EXPECT_THAT(told, ElementsAre(true, false)) << "a signal that comes while nothing runs ends the process";
  EXPECT_THAT(metrics, HasSubstr("HTTP/1.1 503"));
  EXPECT_THAT(metrics, HasSubstr("the journal is being replayed"));
  EXPECT_THAT(ready, HasSubstr("HTTP/1.1 503"));
  EXPECT_THAT(ready, HasSubstr("not ready: the journal is being replayed"));
  EXPECT_THAT(healthy, HasSubstr("HTTP/1.1 200"));
}

TEST(Serve, AnAddressThatCannotBeHadIsAnError) {
  const Folder folder;
  const std::string file = folder.write("e.yaml", config_text("http://127.0.0.1:1"));
  const Outcome outcome = run_with({"--config.file", file, "--storage.path", folder.file("state"),
                                    "--web.listen-address", "192.0.2.1:80", "--log.level", "error"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.addresses, ElementsAre());
}

}  // namespace
}  // namespace agora_exporter::cli
