// Every file of the fuzzer's corpus, and some thousand seeded mutations of each.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "fuzz/decode_target.h"

namespace agora_exporter::agora {
namespace {

std::vector<std::string> corpus() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(SOURCE_DIR "/tests/fuzz/corpus/decode")) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> files;
  for (const std::filesystem::path& path : paths) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    files.push_back(text.str());
  }
  return files;
}

void run(const std::string& bytes) {
  decode_any(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

// decode_any() aborts on a broken promise; what it takes for granted is checked here once.
TEST(FuzzCorpus, EveryFileAndItsMutations) {
  const std::vector<std::string> files = corpus();
  ASSERT_GE(files.size(), 10u);
  constexpr unsigned kSeed = 20'240'611;
  std::mt19937 random(kSeed);
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  constexpr std::string_view kBytes = "{}[]\",:\\0019eE+-.tfnu \xff\xc3\x01";
  std::size_t runs = 0;
  for (const std::string& file : files) {
    run(file);
    for (int i = 0; i < 2'000; ++i, ++runs) {
      std::string mutated = file;
      for (unsigned edits = 1 + random() % 4; edits > 0 && !mutated.empty(); --edits) {
        const std::size_t at = random() % mutated.size();
        const char byte = kBytes[random() % kBytes.size()];
        if (random() % 3 == 0) {
          mutated.insert(at, 1, byte);
        } else if (random() % 2 == 0) {
          mutated.erase(at, 1 + random() % 3);
        } else {
          mutated[at] = byte;
        }
      }
      run(mutated);
    }
  }
  EXPECT_EQ(runs, files.size() * 2'000);
}

}  // namespace
}  // namespace agora_exporter::agora
