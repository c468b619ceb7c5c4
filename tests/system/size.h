// Long checks run short in scripts/test, and at full size by scripts/verify, which sets AGORA_VERIFY=full.
#pragma once

#include <cstdlib>
#include <string_view>

namespace agora_exporter::system_tests {

inline bool full_size() {
  const char* size = std::getenv("AGORA_VERIFY");
  return size && std::string_view(size) == "full";
}

}  // namespace agora_exporter::system_tests
