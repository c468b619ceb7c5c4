// The web configuration file as it is now, and whether it has changed since.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/base/result.h"
#include "agora_exporter/web/access.h"

namespace agora_exporter::cli {

struct WebFileResult {
  std::shared_ptr<const web::Access> access;  // nullptr: there are errors
  std::vector<Error> errors;
  std::string signature;  // for put_to_use()
};

// One thread.
class WebFile {
 public:
  // Empty: there is none, and everybody is let in.
  explicit WebFile(std::string path) : path_(std::move(path)) {}

  bool given() const { return !path_.empty(); }
  WebFileResult load();
  // Whether the file, or one that it named when it was last loaded, is another than what is in use. Replacing
  // a file, as Kubernetes and certificate managers do, and writing into it both show.
  bool changed() const { return given() && signature(files_) != in_use_; }
  // What was loaded, with that signature, is in use from now on.
  void put_to_use(const std::string& signature) { in_use_ = signature; }

 private:
  static std::string signature(const std::vector<std::string>& files);

  const std::string path_;
  std::vector<std::string> files_;
  std::string in_use_;  // the signature of what is
};

}  // namespace agora_exporter::cli
