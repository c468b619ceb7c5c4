// When the web configuration counts as changed.
#include "cli/web_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "cli/files.h"
#include "support/certificates.h"

namespace agora_exporter::cli {
namespace {

class WebFileChange : public testing::Test {
 protected:
  void write_identity(const std::string& folder) const {
    const auto identity = test::make_self_signed();
    std::filesystem::create_directories(folder_.file(folder));
    folder_.write(folder + "/cert.pem", identity.certificate);
    folder_.write(folder + "/key.pem", identity.key);
  }

  static void use(WebFile& file) {
    const WebFileResult loaded = file.load();
    ASSERT_TRUE(loaded.access);
    file.put_to_use(loaded.signature);
  }

  const Folder folder_;
};

TEST_F(WebFileChange, WithoutAFileEverybodyIsLetIn) {
  WebFile file("");
  EXPECT_FALSE(file.given());
  const auto loaded = file.load();
  ASSERT_TRUE(loaded.access);
  EXPECT_TRUE(loaded.access->users.empty());
  EXPECT_FALSE(file.changed());
}

TEST_F(WebFileChange, AnyOfItsFilesMayChange) {
  write_identity("pem");
  const std::string path =
      folder_.write("web.yml", "tls_server_config: { cert_file: pem/cert.pem, key_file: pem/key.pem }\n");
  WebFile file(path);
  use(file);
  EXPECT_FALSE(file.changed());
  write_identity("pem");
  EXPECT_TRUE(file.changed());
  use(file);
  EXPECT_FALSE(file.changed());
  std::filesystem::remove(folder_.file("pem/key.pem"));
  EXPECT_TRUE(file.changed());
}

// As Kubernetes replaces a mounted Secret: files are links into a folder that is itself a link.
TEST_F(WebFileChange, ALinkThatIsTurnedIsAChange) {
  namespace fs = std::filesystem;
  write_identity("v1");
  write_identity("v2");
  const std::string content = "tls_server_config: { cert_file: cert.pem, key_file: key.pem }\n";
  folder_.write("v1/web.yml", content);
  folder_.write("v2/web.yml", content);
  fs::create_directory_symlink("v1", folder_.file("..data"));
  for (const char* name : {"web.yml", "cert.pem", "key.pem"})
    fs::create_symlink(std::string("..data/") + name, folder_.file(name));
  WebFile file(folder_.file("web.yml"));
  use(file);
  EXPECT_FALSE(file.changed());
  fs::create_directory_symlink("v2", folder_.file("..new"));
  fs::rename(folder_.file("..new"), folder_.file("..data"));
  EXPECT_TRUE(file.changed());
}

TEST_F(WebFileChange, WhatCouldNotBeUsedIsTriedAgain) {
  write_identity("pem");
  const std::string path =
      folder_.write("web.yml", "tls_server_config: { cert_file: pem/cert.pem, key_file: pem/none.pem }\n");
  WebFile file(path);
  EXPECT_FALSE(file.load().access);
  EXPECT_TRUE(file.changed()) << "it had errors";
  std::filesystem::copy(folder_.file("pem/key.pem"), folder_.file("pem/none.pem"));
  EXPECT_TRUE(file.load().access);
  EXPECT_TRUE(file.changed()) << "it is not in use";
  use(file);
  EXPECT_FALSE(file.changed());
  EXPECT_TRUE(file.load().access);
  EXPECT_FALSE(file.changed()) << "read once more, it is what is in use";
}

}  // namespace
}  // namespace agora_exporter::cli
