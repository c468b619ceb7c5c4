// One bad file for each error text: tests/config/bad/*.yaml, with the whole error in the comment on its first
// line.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "agora_exporter/config/config.h"

namespace agora_exporter::config {
namespace {

const std::string kFolder = SOURCE_DIR "/tests/config/bad/";
constexpr const char* kSecret = "s3cret-never-shown";

std::vector<std::string> bad_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string name_of_test(const testing::TestParamInfo<std::string>& file) {
  return file.param.substr(0, file.param.find('.'));
}

class BadFile : public testing::TestWithParam<std::string> {};

TEST_P(BadFile, IsRefusedWithTheErrorOnItsFirstLine) {
  std::ifstream file(kFolder + GetParam());
  std::ostringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  ASSERT_EQ(text.substr(0, 2), "# ");
  const std::string expected = text.substr(2, text.find('\n') - 2);

  const LoadResult result = load_text(text, "f");
  ASSERT_EQ(result.errors.size(), 1u) << (result.errors.empty() ? "no error" : result.errors[1].text());
  EXPECT_EQ(result.errors[0].text(), "f:" + expected);
  EXPECT_FALSE(result.config.has_value());
  EXPECT_EQ(result.errors[0].text().find(kSecret), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Each, BadFile, testing::ValuesIn(bad_files()), name_of_test);

}  // namespace
}  // namespace agora_exporter::config
