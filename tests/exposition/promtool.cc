#include "exposition/promtool.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace agora_exporter::exposition::test {

bool has_promtool() { return std::system("command -v promtool >/dev/null 2>&1") == 0; }

std::string promtool_complaints(const std::string& page) {
  const std::string path = BINARY_DIR "/promtool-" + std::to_string(getpid()) + ".txt";
  std::ofstream(path, std::ios::binary) << page;
  FILE* pipe = popen(("promtool check metrics < '" + path + "' 2>&1").c_str(), "r");
  if (pipe == nullptr) return "promtool cannot be started";
  std::string said;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    said.append(buffer.data(), got);
  const int status = pclose(pipe);
  std::filesystem::remove(path);
  if (status != 0) said += "status " + std::to_string(status);
  return said;
}

}  // namespace agora_exporter::exposition::test
