#include "agora_exporter/simulator/simulator.h"
#include "simulator/json_text.h"

namespace agora_exporter::simulator {

std::string to_json(const Counters& counters) {
  JsonText to;
  to.open('{').name("above_limits").open('[');
  for (const std::string& words : counters.above_limits()) to.string(words).raw(",");
  to.close(']').raw(",").name("answers").open('[');
  for (const auto& [answer, count] : counters.answers) {
    to.open('{').member("code", answer.first).member("message", answer.second);
    to.member("count", static_cast<std::int64_t>(count)).close('}').raw(",");
  }
  to.close(']').raw(",").name("usage").open('[');
  for (const auto& [key, usage] : counters.usage) {
    to.open('{').member("scope", key.first).member("endpoint", agora::name_of(key.second));
    to.member("requests", static_cast<std::int64_t>(usage.requests)).close('}').raw(",");
  }
  to.close(']').raw(",").close('}');
  return to.take();
}

}  // namespace agora_exporter::simulator
