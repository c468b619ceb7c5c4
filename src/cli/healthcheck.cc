#include <curl/curl.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "cli/commands.h"
#include "cli/setup.h"

namespace agora_exporter::cli {
namespace {

constexpr long kTimeoutSeconds = 5;

struct Target {
  std::string url;
  std::string socket;  // of unix:/path
};

// Where to ask what listens there: an address for all interfaces is asked on loopback.
Target target_of(const std::string& listen, const std::string& path) {
  if (listen.rfind("unix:", 0) == 0) return {"http://localhost" + path, listen.substr(5)};
  const std::size_t colon = listen.rfind(':');
  std::string host = colon == std::string::npos ? listen : listen.substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : listen.substr(colon);
  if (host.empty() || host == "0.0.0.0" || host == "*") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  return {"http://" + host + port + path, ""};
}

// With a web configuration the exporter may ask for certificates and passwords that are not ours to know: its
// socket in the state folder asks for none.
std::optional<std::string> listening(const Args& args, std::ostream& err) {
  if (args.web_config_file.empty()) return args.listen.front();
  if (!args.storage_path.empty()) return health_socket(args.storage_path);
  const auto config = load_config(args, err);
  if (!config) return std::nullopt;
  return health_socket(config->storage_path);
}

std::size_t collect(char* data, std::size_t, std::size_t size, void* into) {
  auto& text = *static_cast<std::string*>(into);
  text.append(data, std::min<std::size_t>(size, 4'096 - text.size()));
  return size;
}

template <class T>
bool set(CURL* curl, CURLoption option, T value) {
  return curl_easy_setopt(curl, option, value) == CURLE_OK;
}

}  // namespace

int healthcheck(const Args& args, std::ostream& out, std::ostream& err) {
  const auto listen = listening(args, err);
  if (!listen) return 1;
  const Target target = target_of(*listen, args.ask_ready ? "/-/ready" : "/-/healthy");
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> owner(curl_easy_init(), &curl_easy_cleanup);
  CURL* curl = owner.get();
  std::string body;
  // Neither proxies nor redirects: the answer must be the exporter's own.
  const bool ready = curl && set(curl, CURLOPT_URL, target.url.c_str()) && set(curl, CURLOPT_PROXY, "") &&
                     set(curl, CURLOPT_NOPROXY, "*") && set(curl, CURLOPT_TIMEOUT, kTimeoutSeconds) &&
                     set(curl, CURLOPT_NOSIGNAL, 1L) && set(curl, CURLOPT_WRITEFUNCTION, &collect) &&
                     set(curl, CURLOPT_WRITEDATA, static_cast<void*>(&body)) &&
                     (target.socket.empty() || set(curl, CURLOPT_UNIX_SOCKET_PATH, target.socket.c_str()));
  const CURLcode code = ready ? curl_easy_perform(curl) : CURLE_FAILED_INIT;
  if (code != CURLE_OK) {
    err << "agora-exporter: " << target.url << (target.socket.empty() ? "" : " at " + target.socket) << ": "
        << curl_easy_strerror(code) << '\n';
    return 1;
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  (status == 200 ? out : err) << body << (body.empty() || body.back() != '\n' ? "\n" : "");
  return status == 200 ? 0 : 1;
}

}  // namespace agora_exporter::cli
