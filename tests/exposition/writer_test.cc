#include "exposition/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exposition/worlds.h"

namespace agora_exporter::exposition {
namespace {

TEST(Writer, WritesNothingAsNoPieces) { EXPECT_TRUE(Writer{}.take().empty()); }

TEST(Writer, PiecesAreAboutAQuarterMegabyteAndEndBetweenLines) {
  Writer writer;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string labels = R"({n=")" + std::to_string(i) + R"("})";
    writer.line("a_name", labels, i);
    expected += "a_name" + labels + " " + std::to_string(i) + "\n";
  }
  const auto pieces = writer.take();
  ASSERT_EQ(pieces.size(), (expected.size() + Writer::kPiece - 1) / Writer::kPiece);
  for (const auto& piece : pieces) {
    EXPECT_LE(piece.size(), Writer::kPiece);
    EXPECT_EQ(piece.back(), '\n');
  }
  EXPECT_EQ(test::joined(pieces), expected);
}

TEST(Writer, ALineLongerThanAPieceIsAPieceOfItsOwn) {
  Writer writer;
  const std::string labels = R"({a=")" + std::string(Writer::kPiece * 2, 'x') + R"("})";
  writer.line("before", "", 1);
  writer.line("long", labels, 2);
  writer.line("after", "", 3);
  EXPECT_EQ(test::joined(writer.take()), "before 1\nlong" + labels + " 2\nafter 3\n");
}

TEST(Writer, HistogramHasInfinitySumAndCount) {
  Writer writer;
  writer.histogram("h", R"(a="1")", {0.5, 1}, {1, 4, 9}, 12.5);
  EXPECT_EQ(test::joined(writer.take()),
            "h_bucket{a=\"1\",le=\"0.5\"} 1\nh_bucket{a=\"1\",le=\"1\"} 4\nh_bucket{a=\"1\",le=\"+Inf\"} 9\n"
            "h_sum{a=\"1\"} 12.5\nh_count{a=\"1\"} 9\n");
}

TEST(Writer, HistogramWithoutLabels) {
  Writer writer;
  writer.histogram("h", "", {}, {2}, 0);
  EXPECT_EQ(test::joined(writer.take()), "h_bucket{le=\"+Inf\"} 2\nh_sum 0\nh_count 2\n");
}

}  // namespace
}  // namespace agora_exporter::exposition
