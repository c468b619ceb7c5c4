// What the kernel says about this process, for the process_* families.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agora_exporter::report {

// A field that cannot be read is absent, and so is its series.
struct ProcessSample {
  std::optional<double> cpu_seconds, resident_bytes, virtual_bytes, open_fds, max_fds, start_time, threads;
};

struct KernelUnits {
  double ticks_per_second = 100;
  double page_bytes = 4096;
};

// proc(5): fields of /proc/self/stat, and the line "btime" of /proc/stat, to which starttime is relative.
void parse_stat(std::string_view self_stat, std::string_view system_stat, const KernelUnits& units,
                ProcessSample& sample);

ProcessSample read_process();

}  // namespace agora_exporter::report
