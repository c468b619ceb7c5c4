#include "storage/set_aside.h"

namespace agora_exporter::storage {

Result<std::string> set_aside(Disk& disk, const std::string& path) {
  std::string name = path + std::string(kDamagedSuffix);
  for (int i = 2; disk.size(name).has_value(); ++i) {
    name = path + std::string(kDamagedSuffix) + "-" + std::to_string(i);
  }
  // The WAL first: should the second rename not happen, the file alone is set aside again at the next start.
  if (disk.size(path + "-wal").has_value()) {
    if (auto done = disk.rename(path + "-wal", name + "-wal"); !done) return failure(done.error());
  }
  if (auto done = disk.rename(path, name); !done) return failure(done.error());
  return name;
}

}  // namespace agora_exporter::storage
