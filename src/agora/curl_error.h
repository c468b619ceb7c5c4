// The one place where libcurl's errors become words that an operator can act on.
#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>

namespace agora_exporter::agora {

// `detail` is libcurl's own account of this failure (CURLOPT_ERRORBUFFER); may be empty.
std::string words_of(CURLcode code, std::string_view detail);

}  // namespace agora_exporter::agora
