#include "support/tls_client.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <memory>

namespace agora_exporter::test {
namespace {

// What has been agreed on can be asked of OpenSSL only while the connection stands: with the first bytes.
struct Taking {
  CURL* curl;
  TlsAnswer* answer;
};
std::size_t take(char* data, std::size_t, std::size_t size, void* to) {
  const auto& taking = *static_cast<Taking*>(to);
  curl_tlssessioninfo* info = nullptr;
  if (curl_easy_getinfo(taking.curl, CURLINFO_TLS_SSL_PTR, &info) == CURLE_OK && info->internals) {
    const auto* const session = static_cast<const SSL*>(info->internals);
    taking.answer->version = SSL_get_version(session);
    taking.answer->cipher = SSL_get_cipher_name(session);
  }
  taking.answer->body.append(data, size);
  return size;
}

void set_blob(CURL* curl, CURLoption option, const std::string& pem) {
  if (pem.empty()) return;
  curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_COPY};
  curl_easy_setopt(curl, option, &blob);
}
void set_text(CURL* curl, CURLoption option, const std::string& text) {
  if (!text.empty()) curl_easy_setopt(curl, option, text.c_str());
}

}  // namespace

TlsAnswer ask_by_tls(const std::string& address, const TlsAsk& how) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> owner(curl_easy_init(), &curl_easy_cleanup);
  CURL* const curl = owner.get();
  TlsAnswer answer;
  Taking taking{curl, &answer};
  const std::string url = "https://" + address + how.path;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 60'000L);
  set_blob(curl, CURLOPT_CAINFO_BLOB, how.ca);
  set_blob(curl, CURLOPT_SSLCERT_BLOB, how.client.certificate);
  set_blob(curl, CURLOPT_SSLKEY_BLOB, how.client.key);
  set_text(curl, CURLOPT_SSL_CIPHER_LIST, how.ciphers);
  set_text(curl, CURLOPT_TLS13_CIPHERS, how.ciphers13);
  set_text(curl, CURLOPT_SSL_EC_CURVES, how.curves);
  const long only12 = long{CURL_SSLVERSION_TLSv1_2} | long{CURL_SSLVERSION_MAX_TLSv1_2};
  const long only13 = long{CURL_SSLVERSION_TLSv1_3} | long{CURL_SSLVERSION_MAX_TLSv1_3};
  if (!how.versions.empty())
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, how.versions == "1.2" ? only12 : only13);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &taking);
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    answer.error = curl_easy_strerror(code);
    return answer;
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

}  // namespace agora_exporter::test
