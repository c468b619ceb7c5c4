// insight/usage/by_time and insight/quality/by_time: specification, "Data Insight".
#include <utility>

#include "agora/answer_sink.h"

namespace agora_exporter::agora {
namespace {

class InsightSink final : public AnswerSink {
 public:
  explicit InsightSink(std::string metric) : AnswerSink("data"), metric_(std::move(metric)) {}

  Body take() override { return std::move(row_); }

 private:
  void begin_entry() override {
    ts_.reset();
    value_.reset();
  }
  void end_entry() override {
    if (!ts_) return skip(1);
    row_.buckets.push_back({*ts_, value_});
  }
  void entry_field(std::string_view key, const Scalar& value) override {
    if (key == "ts") {
      ts_ = time_of(value);
    } else if (key == metric_) {
      value_ = value.as_number();
    }
  }

  const std::string metric_;
  InsightRow row_;
  std::optional<WorldTime> ts_;
  std::optional<double> value_;
};

}  // namespace

std::unique_ptr<AnswerSink> make_insight_sink(const std::string& metric) {
  return std::make_unique<InsightSink>(metric);
}

}  // namespace agora_exporter::agora
