// libcurl's handles, owned and typed: an option of the wrong type does not compile, and every answer is
// checked.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace agora_exporter::agora {

struct CurlEasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct CurlMultiDeleter {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct CurlListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlMulti = std::unique_ptr<CURLM, CurlMultiDeleter>;
using CurlList = std::unique_ptr<curl_slist, CurlListDeleter>;

// One transfer's handle. The first option that libcurl refuses is kept: set them all, then look at status().
class CurlEasy {
 public:
  CurlEasy() : handle_(curl_easy_init()), status_(handle_ ? CURLE_OK : CURLE_OUT_OF_MEMORY) {}

  template <CURLoption Option>
  void set(long value) {
    static_assert(kind_of(Option) == CURLOPTTYPE_LONG, "takes no number");
    apply(Option, value);
  }
  template <CURLoption Option>
  void set_size(curl_off_t value) {
    static_assert(kind_of(Option) == CURLOPTTYPE_OFF_T, "takes no size");
    apply(Option, value);
  }
  // libcurl copies the text. Do not use for CURLOPT_POSTFIELDS, which it does not copy.
  template <CURLoption Option>
  void set(const std::string& text) {
    static_assert(kind_of(Option) == CURLOPTTYPE_OBJECTPOINT, "takes no text");
    apply(Option, text.c_str());
  }
  // An object of the caller's, who keeps it alive as long as the handle; nullptr = libcurl's default is taken
  // away.
  template <CURLoption Option, class T>
  void set_pointer(T* object) {
    static_assert(kind_of(Option) == CURLOPTTYPE_OBJECTPOINT, "takes no object");
    apply(Option, object);
  }
  template <CURLoption Option, class Function>
  void set_function(Function* function) {
    static_assert(kind_of(Option) == CURLOPTTYPE_FUNCTIONPOINT, "takes no function");
    static_assert(std::is_function_v<Function>);
    apply(Option, function);
  }

  CURLcode status() const { return status_; }
  CURL* get() const { return handle_.get(); }

  int response_code() const {
    long code = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
    return static_cast<int>(code);
  }
  // Of the answer's last header of that name; empty where there is none.
  std::string header(const char* name) const {
    curl_header* found = nullptr;
    const CURLHcode code = curl_easy_header(handle_.get(), name, 0, CURLH_HEADER, -1, &found);
    return code == CURLHE_OK ? found->value : "";
  }

 private:
  static constexpr int kind_of(CURLoption option) { return option / 10'000 * 10'000; }

  template <class T>
  void apply(CURLoption option, T value) {
    if (status_ == CURLE_OK) status_ = curl_easy_setopt(handle_.get(), option, value);
  }

  std::unique_ptr<CURL, CurlEasyDeleter> handle_;
  CURLcode status_;
};

}  // namespace agora_exporter::agora
