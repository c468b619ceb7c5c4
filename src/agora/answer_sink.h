// What the five kinds of answers have in common: the envelope {code, message, requestId, <payload>}.
#pragma once

#include <memory>

#include "agora/json_reader.h"
#include "agora_exporter/agora/facts.h"
#include "agora_exporter/agora/request.h"

namespace agora_exporter::agora {

struct Envelope {
  std::optional<std::int64_t> code;
  std::string message;
  bool todays_server = false;  // a field that the specification's server does not send
  bool payload = false;        // the member that carries the answer was there: an array, or null
};

class AnswerSink : public JsonSink {
 public:
  const Envelope& envelope() const { return envelope_; }
  std::int64_t skipped() const { return skipped_; }
  // The answer, once read_json() has returned without an error. Empties the sink.
  virtual Body take() = 0;

  Descent open(int depth, std::string_view key, bool is_array) final;
  void close(int depth) final;
  void scalar(int depth, std::string_view key, const Scalar& value) final;
  void point(double, double) override {}
  void bad_point() override { ++skipped_; }

 protected:
  explicit AnswerSink(std::string_view payload_key) : payload_key_(payload_key) {}

  // The payload is an array of objects. These are called for each object and what is in it; depth 3 is its
  // members.
  virtual void begin_entry() = 0;
  virtual void end_entry() = 0;
  virtual void entry_field(std::string_view key, const Scalar& value) = 0;
  // Only call/metrics has anything below.
  virtual Descent open_below(int, std::string_view, bool) { return Descent::skip; }
  virtual void close_below(int) {}
  virtual void field_below(int, std::string_view, const Scalar&) {}
  // Members of the root object that are not the envelope's.
  virtual void root_field(std::string_view, const Scalar&) {}

  void skip(std::int64_t count) { skipped_ += count; }
  void see_todays_server() { envelope_.todays_server = true; }

 private:
  const std::string_view payload_key_;
  Envelope envelope_;
  std::int64_t skipped_ = 0;
};

// One for the kind of answer that `request` asks for, to be read from a body of that many bytes.
std::unique_ptr<AnswerSink> make_answer_sink(const Request& request, std::size_t body_size);
std::unique_ptr<AnswerSink> make_list_sink(const CallListQuery& query);
std::unique_ptr<AnswerSink> make_session_sink(const CallSessionsQuery& query);
std::unique_ptr<AnswerSink> make_metrics_sink(std::size_t body_size);
std::unique_ptr<AnswerSink> make_insight_sink(const std::string& metric);

// An instant of the API: Unix seconds, after 1970 and before the year 10000. 0 and below mean "not known".
inline std::optional<WorldTime> time_of(double unix_seconds) {
  constexpr double kYear10000 = 253'402'300'800;
  if (!(unix_seconds >= 1 && unix_seconds < kYear10000)) return std::nullopt;
  return world_time(static_cast<std::int64_t>(unix_seconds));  // rounds down
}
std::optional<WorldTime> time_of(const Scalar& value);
// A user id: 32 bits without a sign; some servers print it with one.
std::optional<std::uint32_t> uid_of(const Scalar& value);

}  // namespace agora_exporter::agora
