#include "cli/web_file.h"

#include <sys/stat.h>

#include "agora_exporter/config/web_config.h"

namespace agora_exporter::cli {

std::string WebFile::signature(const std::vector<std::string>& files) {
  std::string all;
  for (const std::string& file : files) {
    struct stat now {};
    if (::stat(file.c_str(), &now) == 0) {
      for (const auto part :
           {static_cast<std::int64_t>(now.st_ino), static_cast<std::int64_t>(now.st_size),
            static_cast<std::int64_t>(now.st_mtim.tv_sec), static_cast<std::int64_t>(now.st_mtim.tv_nsec)})
        all += std::to_string(part) + ' ';
    }
    all += '\n';
  }
  return all;
}

WebFileResult WebFile::load() {
  WebFileResult result;
  if (!given()) {
    result.access = std::make_shared<const web::Access>();
    return result;
  }
  const std::vector<std::string> known = files_.empty() ? std::vector<std::string>{path_} : files_;
  const std::string before = signature(known);
  config::WebLoadResult loaded = config::load_web_file(path_);
  files_ = std::move(loaded.files);
  result.signature = signature(files_);
  // One that changed while it was read is read again.
  if (signature(known) != before) result.signature.clear();
  result.errors = std::move(loaded.errors);
  if (!loaded.config) return result;
  if (auto made = web::make_access(*loaded.config)) {
    result.access = std::move(*made);
  } else {
    result.errors.push_back({made.error().what, path_ + ": " + made.error().where, made.error().remedy});
  }
  return result;
}

}  // namespace agora_exporter::cli
