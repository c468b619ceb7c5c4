// A folder for one test, and a configuration in it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace agora_exporter::cli {

class Folder {
 public:
  Folder() {
    std::string pattern = testing::TempDir() + "agora_cli_XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name)) << text;
    return file(name);
  }

 private:
  std::string path_;
};

// One account with one app of everything.
inline std::string config_text(const std::string& base_url, const std::string& account_keys = "",
                               const std::string& app_keys = "") {
  return "accounts:\n  - name: main\n    base_url: " + base_url +
         "\n    customer_id: the-id\n    customer_secret: s3cret-never-shown\n" + account_keys +
         "    apps: [{ app_id: app-1, name: web" + app_keys + " }]\n";
}

}  // namespace agora_exporter::cli
