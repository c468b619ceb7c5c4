#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/journal_fuzz.cc"  // NOLINT(bugprone-suspicious-include): the fuzzer's own entry point

namespace agora_exporter::storage {
namespace {

// Every file there once crashed the decoder, or stands for a kind of record.
TEST(JournalFuzz, Corpus) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SOURCE_DIR "/tests/fuzz/corpus/journal")) {
    SCOPED_TRACE(entry.path().string());
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0);
    ++files;
  }
  EXPECT_GT(files, 10U);
}

}  // namespace
}  // namespace agora_exporter::storage
