#include "agora/answer_sink.h"

namespace agora_exporter::agora {

Descent AnswerSink::open(int depth, std::string_view key, bool is_array) {
  if (depth == 1) {
    if (key != payload_key_ || !is_array) return Descent::skip;
    envelope_.payload = true;
    return Descent::members;
  }
  if (depth == 2) {
    if (is_array) {
      skip(1);
      return Descent::skip;
    }
    begin_entry();
    return Descent::members;
  }
  return open_below(depth, key, is_array);
}

void AnswerSink::close(int depth) {
  if (depth == 2) end_entry();
  if (depth > 2) close_below(depth);
}

void AnswerSink::scalar(int depth, std::string_view key, const Scalar& value) {
  if (depth == 2) {
    skip(1);  // a null among the entries
  } else if (depth == 3) {
    entry_field(key, value);
  } else if (depth > 3) {
    field_below(depth, key, value);
  } else if (key == payload_key_) {
    envelope_.payload = envelope_.payload || value.kind == Scalar::Kind::null;
  } else if (key == "code") {
    envelope_.code = value.as_integer();
  } else if (key == "message") {
    envelope_.message = value.as_text().value_or("");
  } else if (key == "requestId") {
    see_todays_server();
  } else {
    root_field(key, value);
  }
}

std::unique_ptr<AnswerSink> make_answer_sink(const Request& request, std::size_t body_size) {
  struct Make {
    std::size_t body_size;
    std::unique_ptr<AnswerSink> operator()(const UsageQuery& q) const { return make_insight_sink(q.metric); }
    std::unique_ptr<AnswerSink> operator()(const QualityQuery& q) const {
      return make_insight_sink(q.metric);
    }
    std::unique_ptr<AnswerSink> operator()(const CallListQuery& q) const { return make_list_sink(q); }
    std::unique_ptr<AnswerSink> operator()(const CallSessionsQuery& q) const { return make_session_sink(q); }
    std::unique_ptr<AnswerSink> operator()(const CallMetricsQuery&) const {
      return make_metrics_sink(body_size);
    }
  };
  return std::visit(Make{body_size}, request.query);
}

std::optional<WorldTime> time_of(const Scalar& value) {
  if (const auto number = value.as_number()) return time_of(*number);
  if (const auto whole = value.as_integer()) return time_of(static_cast<double>(*whole));
  return std::nullopt;
}

std::optional<std::uint32_t> uid_of(const Scalar& value) {
  const std::optional<std::int64_t> uid = value.as_integer();
  if (!uid || *uid < INT32_MIN || *uid > std::int64_t{UINT32_MAX}) return std::nullopt;
  return static_cast<std::uint32_t>(*uid);
}

}  // namespace agora_exporter::agora
