#include "agora/curl_error.h"

namespace agora_exporter::agora {
namespace {

struct ErrorRow {
  CURLcode code;
  std::string_view words;
};
constexpr ErrorRow kErrors[] = {
    {CURLE_UNSUPPORTED_PROTOCOL, "base_url is neither http nor https"},
    {CURLE_URL_MALFORMAT, "base_url is no URL"},
    {CURLE_COULDNT_RESOLVE_PROXY, "the proxy's name cannot be resolved"},
    {CURLE_COULDNT_RESOLVE_HOST, "the host's name cannot be resolved"},
    {CURLE_COULDNT_CONNECT, "no connection"},
    {CURLE_WEIRD_SERVER_REPLY, "the server does not speak HTTP"},
    {CURLE_HTTP2, "HTTP/2 error"},
    {CURLE_HTTP2_STREAM, "HTTP/2 stream error"},
    {CURLE_PARTIAL_FILE, "the body was cut off"},
    {CURLE_OPERATION_TIMEDOUT, "timed out"},
    {CURLE_SSL_CONNECT_ERROR, "TLS handshake failed"},
    {CURLE_PEER_FAILED_VERIFICATION, "the server's certificate is not trusted"},
    {CURLE_SSL_CACERT_BADFILE, "ca_file cannot be read or holds no certificate"},
    {CURLE_SSL_ISSUER_ERROR, "the server's certificate is not trusted"},
    {CURLE_GOT_NOTHING, "the server closed the connection without an answer"},
    {CURLE_SEND_ERROR, "the connection broke while sending"},
    {CURLE_RECV_ERROR, "the connection broke while receiving"},
    {CURLE_BAD_CONTENT_ENCODING, "the body's compression is broken"},
    {CURLE_FILESIZE_EXCEEDED, "the body is too large"},
    {CURLE_PROXY, "the proxy refused"},
    {CURLE_OUT_OF_MEMORY, "out of memory"},
};

}  // namespace

std::string words_of(CURLcode code, std::string_view detail) {
  std::string words;
  for (const ErrorRow& row : kErrors) {
    if (row.code == code) words = row.words;
  }
  if (words.empty()) words = "libcurl error " + std::to_string(static_cast<int>(code));
  const std::string_view more = detail.empty() ? std::string_view(curl_easy_strerror(code)) : detail;
  return words + ": " + std::string(more.substr(0, more.find_last_not_of(" \r\n") + 1));
}

}  // namespace agora_exporter::agora
