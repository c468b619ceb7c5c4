// An answer's code and message, and the JSON around it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agora_exporter/simulator/readings.h"
#include "simulator/json_text.h"

namespace agora_exporter::simulator {

struct Reply {
  int code = 200;
  std::string message;  // as it is in the JSON; of a success as well
  std::string body;
  std::optional<int> http_status;  // where it is fixed, whatever the reading
};

Reply refuse(int code, std::string message);
// Code 300 with one of the specification's texts, prefixed as seen where the reading says so.
Reply refuse_limit(const Readings& readings, std::string_view text);
Reply bad_parameter(std::string_view name, std::string_view what);  // "can not be null", "is invalid"

// `{"code":200,"message":"",` and today's requestId.
void begin_success(JsonText& to, const Readings& readings, std::uint64_t request_number);
Reply success(JsonText& body);

}  // namespace agora_exporter::simulator
