// Insight buckets, each row replayed at the lag of its source and granularity.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "timeline/checkpoint.h"
#include "timeline/receipt.h"
#include "timeline/rules.h"

namespace agora_exporter::timeline {

class InsightStore {
 public:
  InsightStore(const Rules& rules, std::int64_t start);

  // `now`: the R at which the fact counts.
  void fold(const InsightAnswer& answer, const Receipt& receipt, std::int64_t now);
  void pass(std::int64_t r);
  void show(std::int64_t r, std::vector<AppWorld>& apps) const;
  WallTime needed_since(std::int64_t r, WallTime otherwise) const;

  void save(CheckpointWriter& out) const;
  bool load(const CheckpointRecord& record);
  // After load(): nothing up to `at` is counted.
  void restart_at(std::int64_t at);
  void begin_process_counters();
  // Those of the app's rows of the same source and granularity.
  void go_on_from(std::size_t app, const InsightLag& counted);

 private:
  struct Bucket {
    std::optional<double> value;
    std::uint64_t ticket = 0;
    WallTime received;
    bool shown = false;
  };
  struct Row {
    std::size_t app = 0, entry = 0;  // AppOptions::insight[entry]
    std::string metric, product;
    double factor = 1.0;
    std::int64_t length = 0;  // of a bucket, seconds
    std::int64_t ahead = 0;   // R + ahead is the instant whose bucket is due: T - L
    std::int64_t lag = 0;     // L
    std::int64_t look_back = 0;
    Seconds delay{0};
    std::int64_t phase = 0;                  // of the grid that its buckets stand on, as given
    std::map<std::int64_t, Bucket> buckets;  // by ts
    std::int64_t passed = 0;
    bool on_time = false;  // some bucket has been on the page in its own time
  };
  using Buckets = std::map<std::int64_t, Bucket>;

  void pass(Row& row, std::int64_t r);
  void count_missed(Row& row, std::int64_t from, std::int64_t to);
  // The bucket on the page when `due` = T - L, or end().
  static Buckets::const_iterator due_bucket(const Row& row, std::int64_t due);
  static Buckets::const_iterator early_bucket(const Row& row, std::int64_t due);
  static Buckets::const_iterator shown_bucket(const Row& row, std::int64_t due);
  std::uint64_t& counter(const Row& row, BucketOutcome outcome);
  Row* find(std::size_t app, agora::Endpoint source, agora::Granularity granularity,
            const std::string& metric, const std::string& product);

  const Rules& rules_;
  std::vector<Row> rows_;  // in the order of the options: app, entry, metric, product
  std::vector<std::vector<std::array<std::uint64_t, 3>>> counts_;  // by app, entry, BucketOutcome
};

}  // namespace agora_exporter::timeline
