#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libdeflate.h>

#include <memory>

#include "agora_exporter/exposition/page.h"
#include "exposition/worlds.h"

namespace agora_exporter::exposition {
namespace {

// One member exactly: the whole input is taken.
std::string gunzip(const std::string& gz) {
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  std::string out(64 << 20, '\0');
  std::size_t taken = 0, given = 0;
  const auto result = libdeflate_gzip_decompress_ex(decompressor.get(), gz.data(), gz.size(), out.data(),
                                                    out.size(), &taken, &given);
  EXPECT_EQ(result, LIBDEFLATE_SUCCESS);
  EXPECT_EQ(taken, gz.size());
  out.resize(given);
  return out;
}

TEST(Gzip, IsThePageAgain) {
  const auto pieces = render(test::random_world(3, 400), test::full_report(), {});
  ASSERT_GT(pieces.size(), 2U);
  const auto gz = gzip(pieces);
  EXPECT_TRUE(gunzip(gz) == test::joined(pieces));
  EXPECT_LT(gz.size() * 3, test::joined(pieces).size());
}

TEST(Gzip, OfOnePieceAndOfNone) {
  EXPECT_EQ(gunzip(gzip({"a 1\n"})), "a 1\n");
  EXPECT_EQ(gunzip(gzip({})), "");
}

TEST(Gzip, SamePageSameBytes) {
  const auto pieces = render(test::full_world(), test::full_report(), {});
  EXPECT_EQ(gzip(pieces), gzip(pieces));
}

}  // namespace
}  // namespace agora_exporter::exposition
