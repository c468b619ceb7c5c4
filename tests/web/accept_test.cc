#include "web/accept.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace agora_exporter::web::test {
namespace {

TEST(AcceptEncoding, Table) {
  const std::vector<std::pair<std::string, bool>> table{
      {"gzip", true},
      {"GZIP", true},
      {"x-gzip", true},
      {"deflate, gzip", true},
      {"gzip;q=0.5", true},
      {"gzip;q=0.001", true},
      {"gzip; q=1.000", true},
      {"gzip ; Q = 1", true},
      {"br;q=1.0, gzip;q=0.8, *;q=0.1", true},
      {"*", true},
      {"*;q=0.5, identity", true},
      {"gzip, *;q=0", true},
      {"gzip;x=1;q=0.2", true},
      {"", false},
      {"identity", false},
      {"deflate, br, zstd", false},
      {"gzip;q=0", false},
      {"gzip;q=0.0", false},
      {"gzip;q=0.000", false},
      {"gzip;q=0, *", false},
      {"*;q=0", false},
      {"gzipped", false},
      {"notgzip", false},
      {"gzip;q=1.5", false},
      {"gzip;q=2", false},
      {"gzip;q=", false},
      {"gzip;q=abc", false},
      {"gzip;q=-1", false},
      {"gzip;q=0.0001", false},
      {",,;q=1, ;", false},
  };
  for (const auto& [value, expected] : table) {
    EXPECT_EQ(accepts_gzip({{"accept-encoding", value}}), expected) << '"' << value << '"';
  }
  EXPECT_FALSE(accepts_gzip({}));
  EXPECT_FALSE(accepts_gzip({{"Accept", "gzip"}}));
  EXPECT_TRUE(accepts_gzip({{"Accept-Encoding", "br"}, {"Accept-Encoding", "gzip"}}));
}

}  // namespace
}  // namespace agora_exporter::web::test
