// The decoder under libFuzzer: clang++ -fsanitize=fuzzer,address,undefined -fno-sanitize=pointer-overflow
// (RapidJSON's empty stack adds to a null pointer). Crashes found are kept in tests/fuzz/corpus/decode, which
// tests/agora/fuzz_corpus_test.cc runs over.
#include "fuzz/decode_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  agora_exporter::agora::decode_any(data, size);
  return 0;
}
