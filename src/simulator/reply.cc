#include "simulator/reply.h"

#include "simulator/random.h"

namespace agora_exporter::simulator {

Reply refuse(int code, std::string message) {
  JsonText body;
  body.open('{').member("code", code).member("message", message).name("data").raw("null").close('}');
  return {code, std::move(message), body.take(), std::nullopt};
}

Reply refuse_limit(const Readings& readings, std::string_view text) {
  const bool prefix = readings.message_prefix == YesNo::yes;
  return refuse(300, (prefix ? "Service package limit check error, " : "") + std::string(text));
}

Reply bad_parameter(std::string_view name, std::string_view what) {
  return refuse(400, "Bad request, parameter : " + std::string(name) + " " + std::string(what));
}

void begin_success(JsonText& to, const Readings& readings, std::uint64_t request_number) {
  static constexpr std::string_view kMessages[] = {"\"\"", "\"success\"", "\"null\"", "null"};
  to.open('{').member("code", readings.success_code == SuccessCode::zero ? 0 : 200);
  to.name("message").raw(kMessages[static_cast<std::size_t>(readings.success_message)]).raw(",");
  if (readings.server == ServerAge::today) {
    std::string id;
    for (int shift = 60; shift >= 0; shift -= 4)
      id += "0123456789abcdef"[join(0x1d, request_number) >> shift & 15];
    to.member("requestId", id);
  }
}

Reply success(JsonText& body) { return {200, "success", body.take(), std::nullopt}; }

}  // namespace agora_exporter::simulator
