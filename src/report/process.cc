#include "report/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace agora_exporter::report {
namespace {

// Fields of /proc/self/stat counted from 0 after the command's name, which may itself hold spaces and
// parentheses.
constexpr std::size_t kUserTime = 11, kSystemTime = 12, kThreads = 17, kStartTime = 19, kVirtualSize = 20,
                      kResidentPages = 21;

std::string slurp(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::optional<double> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return static_cast<double>(value);
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> fields;
  while (true) {
    const auto begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return fields;
    text.remove_prefix(begin);
    fields.push_back(text.substr(0, text.find_first_of(" \n")));
    text.remove_prefix(fields.back().size());
  }
}

std::optional<double> boot_time(std::string_view system_stat) {
  constexpr std::string_view kKey = "\nbtime ";
  const auto at = system_stat.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  return number(system_stat.substr(at + kKey.size()));
}

}  // namespace

void parse_stat(std::string_view self_stat, std::string_view system_stat, const KernelUnits& units,
                ProcessSample& sample) {
  const auto name_end = self_stat.rfind(')');
  if (name_end == std::string_view::npos) return;
  const auto fields = split(self_stat.substr(name_end + 1));
  const auto field = [&](std::size_t i) { return i < fields.size() ? number(fields[i]) : std::nullopt; };

  const auto user = field(kUserTime), system = field(kSystemTime);
  if (user && system) sample.cpu_seconds = (*user + *system) / units.ticks_per_second;
  sample.threads = field(kThreads);
  sample.virtual_bytes = field(kVirtualSize);
  if (const auto pages = field(kResidentPages)) sample.resident_bytes = *pages * units.page_bytes;
  const auto booted = boot_time(system_stat), started = field(kStartTime);
  if (booted && started) sample.start_time = *booted + *started / units.ticks_per_second;
}

ProcessSample read_process() {
  ProcessSample sample;
  const KernelUnits units{static_cast<double>(sysconf(_SC_CLK_TCK)),
                          static_cast<double>(sysconf(_SC_PAGESIZE))};
  parse_stat(slurp("/proc/self/stat"), slurp("/proc/stat"), units, sample);

  std::error_code error;
  std::filesystem::directory_iterator fds("/proc/self/fd", error);
  if (!error) {
    const auto all = std::distance(begin(fds), end(fds));
    sample.open_fds = static_cast<double>(all - 1);  // one of them reads this folder
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    sample.max_fds = static_cast<double>(limit.rlim_cur);
  }
  return sample;
}

}  // namespace agora_exporter::report
