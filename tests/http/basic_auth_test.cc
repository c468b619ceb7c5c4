#include "agora_exporter/http/basic_auth.h"

#include <gtest/gtest.h>

namespace agora_exporter::http {
namespace {

TEST(BasicAuth, IsReadAsRfc7617Says) {
  const auto c = read_basic_auth("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->user, "Aladdin");
  EXPECT_EQ(c->password, "open sesame");
  EXPECT_TRUE(read_basic_auth("basic QTpCOkM="));
  EXPECT_EQ(read_basic_auth("basic QTpCOkM=")->password, "B:C");
  for (const char* bad : {"", "Basic", "Basic ", "Bearer QTpC", "Basic QQ==", "Basic !!!!"}) {
    EXPECT_FALSE(read_basic_auth(bad)) << bad;
  }
}

}  // namespace
}  // namespace agora_exporter::http
