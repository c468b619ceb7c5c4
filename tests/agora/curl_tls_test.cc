// Certificates are verified, and only those of ca_file count where it is set.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "agora/transport_support.h"

namespace agora_exporter::agora {
namespace {

using ::testing::HasSubstr;

class CurlTlsTest : public CurlTransportTest {
 protected:
  void SetUp() override {
    CurlTransportTest::SetUp();
    std::string folder = (std::filesystem::temp_directory_path() / "agora-tls-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file_with(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }
  HttpAnswer ask_with_ca(const std::string& url, const std::string& ca_file) {
    HttpRequest made = request(url);
    made.options.ca_file = ca_file;
    return ask(made);
  }

  const test::Identity identity_ = test::make_self_signed();
  TinyServer server_{
      [](TinyConnection& connection, const std::string&) { connection.send(http_answer(200, "{}")); },
      &identity_};
  std::filesystem::path folder_;
};

TEST_F(CurlTlsTest, AcceptedWithItsCaFile) {
  const HttpAnswer answer = ask_with_ca(server_.url("https"), file_with("ca.pem", identity_.certificate));
  EXPECT_EQ(answer.error, std::nullopt) << answer.message;
  EXPECT_EQ(answer.body, "{}");
}

TEST_F(CurlTlsTest, SelfSignedIsRefusedBeforeTheRequestGoesOut) {
  const HttpAnswer answer = ask_with_ca(server_.url("https"), "");
  expect_failure(answer, ApiError::transport);
  EXPECT_THAT(answer.message, HasSubstr("certificate is not trusted"));
  EXPECT_EQ(server_.requests(), 0);
}

TEST_F(CurlTlsTest, AnotherCaIsRefused) {
  const test::Identity other = test::make_self_signed();
  expect_failure(ask_with_ca(server_.url("https"), file_with("other.pem", other.certificate)),
                 ApiError::transport);
  EXPECT_EQ(server_.requests(), 0);
}

TEST_F(CurlTlsTest, AnotherNameIsRefused) {
  const std::string url = "https://localhost:" + std::to_string(server_.port());
  const HttpAnswer answer = ask_with_ca(url, file_with("ca.pem", identity_.certificate));
  expect_failure(answer, ApiError::transport);
  EXPECT_THAT(answer.message, HasSubstr("certificate"));
  EXPECT_EQ(server_.requests(), 0);
}

TEST_F(CurlTlsTest, MissingCaFileIsSaid) {
  const HttpAnswer answer = ask_with_ca(server_.url("https"), (folder_ / "none.pem").string());
  expect_failure(answer, ApiError::transport);
  EXPECT_THAT(answer.message, HasSubstr("ca_file"));
}

TEST_F(CurlTlsTest, PlainHttpWhereTlsIsSpokenAndTheOtherWayRound) {
  expect_failure(ask(request(server_.url("http"))), ApiError::transport);
  const TinyServer plain([](TinyConnection&, const std::string&) {});
  expect_failure(ask(request(plain.url("https"))), ApiError::transport);
}

}  // namespace
}  // namespace agora_exporter::agora
