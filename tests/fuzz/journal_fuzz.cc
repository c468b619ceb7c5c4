// libFuzzer's entry: a journal's record may hold anything. Run over tests/fuzz/corpus/journal by storage_test
// too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agora_exporter/storage/journal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto facts = agora_exporter::storage::decode_facts(bytes);
  if (!facts) return 0;
  // What decodes must encode to something that decodes to the same.
  const std::string again = agora_exporter::storage::encode_facts(*facts);
  const auto twice = agora_exporter::storage::decode_facts(again);
  if (!twice || agora_exporter::storage::encode_facts(*twice) != again) std::abort();
  return 0;
}
