// Pages of the exporter as OpenMetrics files that `promtool tsdb create-blocks-from openmetrics` takes.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace agora_exporter::history {

struct Written {
  std::uint64_t pages = 0, samples = 0, bytes = 0;
  std::uint64_t most_series = 0;  // in a page, `up` among them
};

// One file for each 2 h of UTC, as Prometheus cuts its blocks: 20260302T0800.om. A file that is not finished
// ends in .part, so that a reader may take what ends in .om while the run goes on. Throws on a disk that
// cannot be written.
class OpenMetricsFiles {
 public:
  OpenMetricsFiles(std::filesystem::path folder, std::string_view job, std::string_view instance);
  ~OpenMetricsFiles();
  OpenMetricsFiles(const OpenMetricsFiles&) = delete;
  OpenMetricsFiles& operator=(const OpenMetricsFiles&) = delete;

  // A page as it was scraped at `t` (Unix seconds), which ascends. A piece ends between two lines.
  void add(std::int64_t t, const std::vector<std::string>& pieces);
  // The last file is complete.
  void finish();

  const Written& written() const { return written_; }

 private:
  void open(std::int64_t block);
  void add_lines(std::string_view lines, std::string_view end);
  void flush();

  std::filesystem::path folder_;
  std::string target_;  // job="...",instance="..."
  std::int64_t block_ = -1;
  std::filesystem::path path_;
  std::FILE* file_ = nullptr;
  std::string buffer_;
  std::uint64_t series_ = 0;  // of this page
  Written written_;
};

}  // namespace agora_exporter::history
