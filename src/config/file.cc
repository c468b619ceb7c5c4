#include "config/file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace agora_exporter::config {

Result<std::string> read_file(const std::string& path, std::size_t largest, const std::string& kind) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(largest + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad() || errno != 0)
    return failure(kind + " cannot be read: " + std::strerror(errno == 0 ? EIO : errno), path);
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > largest)
    return failure(kind + " is larger than " + std::to_string(largest) + " bytes", path,
                   "is this the right file?");
  return text;
}

}  // namespace agora_exporter::config
