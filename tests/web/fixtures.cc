#include "web/fixtures.h"

#include <curl/curl.h>

#include <algorithm>

namespace agora_exporter::web::test {
namespace {

std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* answer) {
  static_cast<Answer*>(answer)->body.append(data, size * count);
  return size * count;
}

std::size_t keep_header(char* data, std::size_t size, std::size_t count, void* answer) {
  std::string line(data, size * count);
  if (const auto colon = line.find(':'); colon != std::string::npos) {
    auto name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    auto value = line.substr(std::min(colon + 2, line.size()));
    value.erase(std::min(value.find('\r'), value.size()));
    static_cast<Answer*>(answer)->headers.emplace_back(std::move(name), std::move(value));
  }
  return size * count;
}

}  // namespace

timeline::World small_world() {
  timeline::World world;
  world.at = world_time(kNow - 1800);
  timeline::AppWorld app;
  app.app = "my-app";
  app.active_calls = 3;
  world.apps.push_back(app);
  return world;
}

report::Report good_report() {
  report::Report report;
  report.heartbeat = SteadyTime{Seconds{kNow}};
  auto& status = report.status;
  status.version = "1.2.3";
  status.started = wall_time(kNow - 7200);
  status.lag = Seconds{1800};
  status.replayed = true;
  status.ready = true;
  status.complete_at = wall_time(kNow - 60);
  status.next = "call_metrics of my-app: 20 sessions are due in 4 minutes";
  report::EndpointStatus endpoint;
  endpoint.account = "production";
  endpoint.endpoint = agora::Endpoint::call_metrics;
  endpoint.limit_today = 1000;
  endpoint.used_today = 250;
  status.endpoints.push_back(endpoint);
  return report;
}

std::string Answer::header(const std::string& name) const {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string() : found->second;
}

Answer ask(const std::string& address, const std::string& path, const Ask& how) {
  Answer answer;
  CURL* const curl = curl_easy_init();
  const bool is_socket = address.rfind("unix:", 0) == 0;
  const auto url = "http://" + (is_socket ? "localhost" : address) + path;
  if (is_socket) curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, address.c_str() + 5);
  curl_slist* lines = nullptr;
  for (const auto& line : how.headers) lines = curl_slist_append(lines, line.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 60'000L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
  if (how.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (how.method != "GET") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, how.method.c_str());
  }
  if (how.decode) curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &keep_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &keep_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
  if (curl_easy_perform(curl) == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
  }
  curl_slist_free_all(lines);
  curl_easy_cleanup(curl);
  return answer;
}

}  // namespace agora_exporter::web::test
