#include "exposition/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace agora_exporter::exposition::test {
namespace {

using Family = std::vector<std::string>;  // HELP, TYPE, then the samples

std::vector<Family> families_of(const std::string& page, Compare compare) {
  std::vector<Family> families;
  std::istringstream in(page);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# HELP ") || families.empty()) families.emplace_back();
    families.back().push_back(line);
  }
  if (compare == Compare::families_with_series) {
    families.erase(
        std::remove_if(families.begin(), families.end(), [](const Family& f) { return f.size() <= 2; }),
        families.end());
  }
  return families;
}

// In page order when written, without order when compared.
std::vector<Family> sorted(std::vector<Family> families) {
  for (auto& family : families) {
    if (family.size() > 2) std::sort(family.begin() + 2, family.end());
  }
  return families;
}

}  // namespace

void expect_golden(const std::string& file, const std::string& page, Compare compare) {
  const std::string path = SOURCE_DIR "/tests/golden/" + file;
  const auto written = families_of(page, compare);
  if (const char* update = std::getenv("AGORA_UPDATE_GOLDEN"); update && std::string(update) == "1") {
    std::ofstream out(path, std::ios::binary);
    for (const auto& family : written) {
      for (const auto& line : family) out << line << '\n';
    }
    ADD_FAILURE() << "written: " << path << "; look at the difference, then run without AGORA_UPDATE_GOLDEN";
    return;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto expected = sorted(families_of(text, compare));
  const auto actual = sorted(written);
  ASSERT_FALSE(expected.empty()) << "no golden file " << path << " (AGORA_UPDATE_GOLDEN=1 writes it)";
  for (std::size_t i = 0; i < std::max(actual.size(), expected.size()); ++i) {
    const auto& a = i < actual.size() ? actual[i] : Family{};
    const auto& e = i < expected.size() ? expected[i] : Family{};
    EXPECT_THAT(a, testing::ElementsAreArray(e)) << "family " << i << " of " << path;
    if (a != e) return;
  }
}

}  // namespace agora_exporter::exposition::test
