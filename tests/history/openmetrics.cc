#include "history/openmetrics.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "agora_exporter/base/time.h"

namespace agora_exporter::history {
namespace {

constexpr std::int64_t kBlock = 7'200;
constexpr std::size_t kBuffer = 4 << 20;

std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return text;
}

// 20260302T0800
std::string name_of(std::int64_t block) {
  std::string name = to_iso(world_time(block * kBlock)).substr(0, 16);
  name.erase(std::remove_if(name.begin(), name.end(), [](char c) { return c == '-' || c == ':'; }),
             name.end());
  return name;
}

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw std::runtime_error(path.string() + ": " + std::strerror(errno));
}

}  // namespace

OpenMetricsFiles::OpenMetricsFiles(std::filesystem::path folder, std::string_view job,
                                   std::string_view instance)
    : folder_(std::move(folder)),
      target_("job=\"" + escaped(job) + "\",instance=\"" + escaped(instance) + "\"") {
  std::filesystem::create_directories(folder_);
  buffer_.reserve(2 * kBuffer);
}

OpenMetricsFiles::~OpenMetricsFiles() {
  if (file_ != nullptr) std::fclose(file_);
}

void OpenMetricsFiles::add(std::int64_t t, const std::vector<std::string>& pieces) {
  if (t / kBlock != block_) {
    finish();
    open(t / kBlock);
  }
  const std::string end = " " + std::to_string(t) + "\n";
  series_ = 0;
  for (const std::string& piece : pieces) add_lines(piece, end);
  add_lines("up 1\n", end);
  ++written_.pages;
  written_.samples += series_;
  written_.most_series = std::max(written_.most_series, series_);
}

void OpenMetricsFiles::open(std::int64_t block) {
  block_ = block;
  path_ = folder_ / (name_of(block) + ".om");
  file_ = std::fopen((path_.string() + ".part").c_str(), "wb");
  if (file_ == nullptr) fail(path_);
}

// name{labels} value -> name{target,labels} value time. Comments stay behind.
void OpenMetricsFiles::add_lines(std::string_view lines, std::string_view end) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (line.empty() || line.front() == '#') continue;
    const std::size_t name = line.find_first_of("{ ");
    const bool labels = line[name] == '{';
    buffer_.append(line, 0, name).append("{").append(target_).append(labels ? "," : "}");
    buffer_.append(line.substr(name + (labels ? 1 : 0))).append(end);
    ++series_;
    if (buffer_.size() >= kBuffer) flush();
  }
}

void OpenMetricsFiles::flush() {
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) fail(path_);
  written_.bytes += buffer_.size();
  buffer_.clear();
}

void OpenMetricsFiles::finish() {
  if (file_ == nullptr) return;
  buffer_.append("# EOF\n");
  flush();
  if (std::fclose(std::exchange(file_, nullptr)) != 0) fail(path_);
  std::filesystem::rename(path_.string() + ".part", path_);
}

}  // namespace agora_exporter::history
