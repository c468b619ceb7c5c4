// call/metrics: specification, "Get quality metrics". Points go straight into the columns; a stream or
// session that turns out to lack its id takes its points with it, counted.
#include <unordered_map>
#include <utility>

#include "agora/answer_sink.h"

namespace agora_exporter::agora {
namespace {

// depth 3: members of an entry {sid, data}; 4: elements of data; 5: members of a stream {mid, kvs, peer_uid}
constexpr int kEntryDepth = 3;
constexpr int kDataDepth = 4;
constexpr int kStreamDepth = 5;

class MetricsSink final : public AnswerSink {
 public:
  explicit MetricsSink(std::size_t body_size) : AnswerSink("metrics") {
    constexpr std::size_t kTypicalPoint =
        18;  // "[1548670255,1215],"; room that is not needed costs no memory
    points_.times.reserve(body_size / kTypicalPoint);
    points_.values.reserve(body_size / kTypicalPoint);
  }

  Body take() override { return std::move(points_); }

  void point(double time, double value) override {
    const std::optional<WorldTime> at = time_of(time);
    if (!at) return skip(1);
    points_.times.push_back(*at);
    points_.values.push_back(value);
  }

 private:
  void begin_entry() override {
    sid_.clear();
    entry_streams_ = points_.streams.size();
    entry_points_ = points_.times.size();
  }
  void end_entry() override {
    if (sid_.empty()) {
      points_.streams.resize(entry_streams_);
      skip(1);
      return drop_points_from(entry_points_);
    }
    const auto [known, is_new] = sids_.try_emplace(sid_, static_cast<std::uint32_t>(points_.sids.size()));
    if (is_new) points_.sids.push_back(sid_);
    for (std::size_t i = entry_streams_; i < points_.streams.size(); ++i)
      points_.streams[i].sid = known->second;
  }
  void entry_field(std::string_view key, const Scalar& value) override {
    if (key == "sid") sid_ = value.as_text().value_or("");
  }

  Descent open_below(int depth, std::string_view key, bool is_array) override {
    if (depth == kEntryDepth) return key == "data" && is_array ? Descent::members : Descent::skip;
    if (depth == kDataDepth) {
      if (is_array) {
        skip(1);
        return Descent::skip;
      }
      stream_ = {};
      stream_.begin = static_cast<std::uint32_t>(points_.times.size());
      mid_.reset();
      peer_uid_ = 0;
      return Descent::members;
    }
    return depth == kStreamDepth && key == "kvs" && is_array ? Descent::points : Descent::skip;
  }
  void close_below(int depth) override {
    if (depth != kDataDepth) return;
    if (!mid_ || !peer_uid_) {
      skip(1);
      return drop_points_from(stream_.begin);
    }
    stream_.mid = *mid_;
    stream_.peer_uid = *peer_uid_;
    stream_.end = static_cast<std::uint32_t>(points_.times.size());
    points_.streams.push_back(stream_);
  }
  void field_below(int depth, std::string_view key, const Scalar& value) override {
    if (depth == kDataDepth) return skip(1);  // a null among the streams
    if (key == "mid") mid_ = id_of(value);
    // Left out or null = the session's own user; unreadable = nobody's.
    if (key == "peer_uid" && value.kind != Scalar::Kind::null) peer_uid_ = uid_of(value);
  }

  static std::optional<std::uint32_t> id_of(const Scalar& value) {
    const std::optional<std::int64_t> id = value.as_integer();
    if (!id || *id < 0 || *id > std::int64_t{UINT32_MAX}) return std::nullopt;
    return static_cast<std::uint32_t>(*id);
  }
  void drop_points_from(std::size_t begin) {
    skip(static_cast<std::int64_t>(points_.times.size() - begin));
    points_.times.resize(begin);
    points_.values.resize(begin);
  }

  PointSet points_;
  std::unordered_map<std::string, std::uint32_t> sids_;
  std::string sid_;
  std::size_t entry_streams_ = 0;
  std::size_t entry_points_ = 0;
  Stream stream_;
  std::optional<std::uint32_t> mid_;
  std::optional<std::uint32_t> peer_uid_;
};

}  // namespace

std::unique_ptr<AnswerSink> make_metrics_sink(std::size_t body_size) {
  return std::make_unique<MetricsSink>(body_size);
}

}  // namespace agora_exporter::agora
