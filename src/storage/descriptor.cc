#include "storage/descriptor.h"

#include <cerrno>
#include <system_error>

namespace agora_exporter::storage {

Error system_error(const std::string& what, const std::string& where, int code) {
  const std::string text = what + ": " + std::generic_category().message(code);
  if (code == ENOSPC) return {text, where, "free some space, or lower storage.max_size"};
  if (code == EACCES || code == EPERM) return {text, where, "the exporter's user needs to own storage.path"};
  return {text, where, {}};
}

}  // namespace agora_exporter::storage
