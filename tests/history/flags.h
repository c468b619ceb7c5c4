// The command line of page_history.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/exposition/page.h"
#include "system/rig.h"

namespace agora_exporter::history {

struct Flags {
  system_tests::RigOptions rig;
  std::vector<std::int64_t> pages;     // when one is taken, ascending
  std::vector<std::int64_t> restarts;  // ascending
  exposition::PageOptions page;
  std::string job = "agora-exporter";
  std::string instance = "exporter:10469";
  std::filesystem::path out;
};

// Empty: the program ends here, with `exit_code`; what there is to say has been said.
std::optional<Flags> read_flags(int argc, char** argv, int& exit_code);

}  // namespace agora_exporter::history
