#include <charconv>

#include "agora_exporter/simulator/truth.h"
#include "simulator/json_text.h"

namespace agora_exporter::simulator {

std::string to_json(const Truth& truth) {
  JsonText to;
  to.open('{').member("ts", unix_seconds(truth.at)).name("calls").open('[');
  for (const TruthCall& c : truth.calls) {
    to.open('{').member("call_id", c.call_id).member("cname", c.channel);
    to.member("created_ts", unix_seconds(c.created)).member("destroyed_ts", unix_seconds(c.destroyed));
    to.close('}').raw(",");
  }
  to.close(']').raw(",").name("sessions").open('[');
  for (const TruthSession& t : truth.sessions) {
    const Session& s = t.session;
    to.open('{')
        .member("call_id", t.call_id)
        .member("cname", t.channel)
        .member("sid", s.sid)
        .member("uid", s.uid);
    to.member("network", s.network).member("platform", s.platform).member("sdk_version", s.sdk_version);
    to.member("device_type", s.device_type).flag("speaker", s.speaker);
    to.member("join_ts", unix_seconds(s.joined)).member("leave_ts", unix_seconds(s.left)).close('}').raw(",");
  }
  to.close(']').raw(",").name("series").open('[');
  for (const TruthSeries& s : truth.series) {
    const TruthSession& session = truth.sessions[s.session];
    to.open('{').member("call_id", session.call_id).member("sid", session.session.sid);
    to.member("peer_uid", s.peer_uid).member("mid", s.mid).name("value");
    char text[32];
    to.raw({text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, s.value).ptr - text)})
        .raw(",");
    to.member("point_ts", unix_seconds(s.point)).close('}').raw(",");
  }
  to.close(']').raw(",").close('}');
  return to.take();
}

}  // namespace agora_exporter::simulator
