#include "system/overheard.h"

#include <charconv>
#include <optional>

#include "agora_exporter/http/server.h"

namespace agora_exporter::system_tests {
namespace {

struct SessionsFrame {
  std::string call_id;
  std::int64_t end = 0;
};

std::optional<SessionsFrame> sessions_frame_of(const std::string& target) {
  if (target.find("/call/sessions?") == std::string::npos) return std::nullopt;
  const auto parameters = http::parse_query(target.substr(target.find('?') + 1));
  if (!parameters) return std::nullopt;
  SessionsFrame frame;
  for (const auto& [name, value] : *parameters) {
    if (name == "call_id") frame.call_id = value;
    if (name == "end_ts") std::from_chars(value.data(), value.data() + value.size(), frame.end);
  }
  return frame;
}

}  // namespace

void Overheard::hear(const agora::HttpRequest& request, const simulator::Simulator& simulator) {
  const auto frame = sessions_frame_of(request.target);
  if (!frame) return;
  calls_.insert(frame->call_id);
  const bool included = simulator.options().readings.last_second == simulator::LastSecond::included;
  const WorldTime last = world_time(frame->end - (included ? 0 : 1));
  const auto call = simulator.world().call(app_id_, frame->call_id);
  if (call == nullptr) return;
  for (const simulator::Session& session : call->sessions)
    if (session.joined == last && !session.server_user) late_joins_.insert(session.sid);
}

}  // namespace agora_exporter::system_tests
