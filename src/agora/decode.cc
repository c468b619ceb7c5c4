#include "agora_exporter/agora/decode.h"

#include <fmt/format.h>

#include <utility>

#include "agora/answer_sink.h"
#include "agora/api_error.h"
#include "agora_exporter/base/utf8.h"

namespace agora_exporter::agora {
namespace {

constexpr std::size_t kMaxMessage = 500;  // bytes of the API's words that are kept

struct Parsed {
  std::unique_ptr<AnswerSink> sink;
  std::optional<JsonError> error;
};

Parsed parse(const Request& request, const std::string& body) {
  Parsed parsed{make_answer_sink(request, body.size()), std::nullopt};
  parsed.error = read_json(body, *parsed.sink);
  if (!parsed.error || !parsed.error->repairable) return parsed;
  parsed.sink = make_answer_sink(request, body.size());
  parsed.error = read_json(repair_json(body), *parsed.sink);
  return parsed;
}

std::string bounded(std::string message) {
  if (message.size() <= kMaxMessage) return message;
  return to_valid_utf8(std::string_view(message).substr(0, kMaxMessage)) + "...";
}

Refusal refusal(ApiError error, const HttpAnswer& answer, std::string message) {
  return {error, answer.status, bounded(std::move(message)), answer.retry_after};
}

Body body_of(const Request& request, const HttpAnswer& answer, const Parsed& parsed) {
  static const Envelope kNothing;
  const Envelope& envelope = parsed.error ? kNothing : parsed.sink->envelope();
  const bool http_success = answer.status >= 200 && answer.status < 300;
  const bool code_success = !envelope.code || is_success_code(*envelope.code);
  if (!http_success || !code_success) {
    const ApiError error = api_error(answer.status, envelope.code, envelope.message);
    std::string message = envelope.message;
    if (message.empty() || message == "null") {
      message = code_success ? fmt::format("HTTP {}", answer.status) : fmt::format("code {}", *envelope.code);
    }
    return refusal(error, answer, std::move(message));
  }
  if (parsed.error) return Undecodable{parsed.error->reason, answer.body};
  if (!envelope.payload) {
    return Undecodable{fmt::format("a success without what {} carries", name_of(endpoint_of(request))),
                       answer.body};
  }
  return parsed.sink->take();
}

}  // namespace

Decoded decode(const Request& request, const HttpAnswer& answer) {
  if (answer.error) return {refusal(*answer.error, answer, answer.message)};
  if (answer.status == 0) return {refusal(ApiError::transport, answer, answer.message)};
  const Parsed parsed = parse(request, answer.body);
  Decoded decoded{body_of(request, answer, parsed)};
  if (!parsed.error) decoded.todays_server = parsed.sink->envelope().todays_server;
  const bool refused = std::holds_alternative<Refusal>(decoded.body);
  if (!parsed.error && !refused) decoded.skipped_points = parsed.sink->skipped();
  return decoded;
}

}  // namespace agora_exporter::agora
