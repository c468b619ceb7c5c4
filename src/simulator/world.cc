#include "agora_exporter/simulator/world.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "simulator/cast.h"
#include "simulator/models.h"
#include "simulator/schedule.h"
#include "simulator/series.h"

namespace agora_exporter::simulator {

// Calls made of late. A pure function's memory: forgetting costs time only.
struct World::Cache {
  static constexpr std::size_t kMost = 4'096;
  std::unordered_map<std::uint64_t, std::shared_ptr<const Call>> calls;
};

namespace {

constexpr std::int64_t kPowers[] = {1, 10, 100, 1'000, 10'000};

std::optional<std::uint32_t> app_index(const WorldOptions& options, std::string_view app_id) {
  for (std::size_t i = 0; i < options.apps.size(); ++i) {
    if (options.apps[i].app_id == app_id) return static_cast<std::uint32_t>(i);
  }
  return std::nullopt;
}

// Heads of all calls that may have been created in [a, b), by slots, filtered by `keep`.
template <class Keep>
std::vector<CallHead> heads(const WorldOptions& options, std::uint32_t app, std::int64_t a, std::int64_t b,
                            bool look_back, Keep&& keep) {
  std::vector<CallHead> found;
  const std::pair<Layer, std::pair<std::int64_t, std::int64_t>> layers[] = {
      {Layer::ordinary, {kSlot, kLongestOrdinary}}, {Layer::daily, {kDaySlot, kLongest}}};
  for (const auto& [layer, bounds] : layers) {
    const auto [length, longest] = bounds;
    const std::int64_t from = std::max<std::int64_t>(0, a - (look_back ? longest : 0)) / length;
    for (std::int64_t slot = from; slot * length < b; ++slot) {
      for (const CallKey& key : keys_of_slot(options, app, layer, slot)) {
        CallHead head = head_of(options, key);
        if (keep(head)) found.push_back(std::move(head));
      }
    }
  }
  std::sort(found.begin(), found.end(), [](const CallHead& x, const CallHead& y) {
    return x.created != y.created ? x.created < y.created : x.call_id < y.call_id;
  });
  return found;
}

// When some session of `user` is there during `own`.
std::vector<Span> presence(const Call& call, const Session& own, std::uint32_t user) {
  std::vector<Span> spans;
  for (const Session& s : call.sessions) {  // ascending by joined
    if (s.user != user) continue;
    const Span both{std::max(s.joined, own.joined), std::min(s.left, own.left)};
    if (both.begin >= both.end) continue;
    if (!spans.empty() && both.begin <= spans.back().end) {
      spans.back().end = std::max(spans.back().end, both.end);
    } else {
      spans.push_back(both);
    }
  }
  return spans;
}

struct Peer {
  std::uint32_t user;
  std::uint32_t uid;
};

// The users that `own` is subscribed to: four speakers at most.
std::vector<Peer> peers_of(const Call& call, const Session& own) {
  std::vector<Peer> speakers;
  for (const Session& s : call.sessions) {
    const bool known =
        std::any_of(speakers.begin(), speakers.end(), [&](const Peer& p) { return p.user == s.user; });
    if (s.speaker && s.user != own.user && !known) speakers.push_back({s.user, s.uid});
  }
  std::sort(speakers.begin(), speakers.end(), [](const Peer& a, const Peer& b) { return a.user < b.user; });
  if (speakers.size() > kMostPeers) {
    const std::size_t start = join(call.hash, own.user) % speakers.size();
    std::rotate(speakers.begin(), speakers.begin() + static_cast<std::ptrdiff_t>(start), speakers.end());
    speakers.resize(kMostPeers);
  }
  return speakers;
}

struct Features {
  bool video, low_video, unknown_mid;
};
Features features_of(const WorldOptions& options, const Call& call, const Session& session) {
  const bool plain = options.users.has_value();  // exact worlds have every mid
  return {plain || call.hash % 5 != 0, plain || call.hash % 7 < 4,
          options.unknown_mids && join(call.hash, 77 + session.user) % 20 == 0};
}

bool has(const Model& m, const Features& f, const Session& s) {
  const bool web = s.platform == "Web";
  if (m.client == Client::native && web) return false;
  if (m.client == Client::web && !web) return false;
  if (m.side == Side::sending && !s.speaker) return false;
  if (m.media == Media::video && !f.video) return false;
  if (m.media == Media::low_video && !(f.video && f.low_video)) return false;
  return m.mid != kUnknownMid || f.unknown_mid;
}

}  // namespace

World::World(WorldOptions options) : options_(std::move(options)), cache_(std::make_unique<Cache>()) {}
World::~World() = default;

bool World::has_app(std::string_view app_id) const { return app_index(options_, app_id).has_value(); }

std::vector<CallHead> World::created_in(std::string_view app_id, WorldTime a, WorldTime b) const {
  const auto app = app_index(options_, app_id);
  if (!app) return {};
  return heads(options_, *app, unix_seconds(a), unix_seconds(b), false,
               [&](const CallHead& h) { return h.created >= a && h.created < b; });
}

std::vector<CallHead> World::active_in(std::string_view app_id, WorldTime a, WorldTime b) const {
  const auto app = app_index(options_, app_id);
  if (!app) return {};
  return heads(options_, *app, unix_seconds(a), unix_seconds(b), true,
               [&](const CallHead& h) { return h.created < b && h.destroyed > a; });
}

std::shared_ptr<const Call> World::call(std::string_view app_id, std::string_view call_id) const {
  const auto app = app_index(options_, app_id);
  const auto key = key_of(options_, call_id);
  if (!app || !key || key->app != *app) return nullptr;
  const auto known = cache_->calls.find(key->packed());
  if (known != cache_->calls.end()) return known->second;
  if (cache_->calls.size() >= Cache::kMost) cache_->calls.clear();
  auto call = std::make_shared<Call>();
  call->head = head_of(options_, *key);
  call->hash = hash_of(options_, *key);
  call->sessions = cast_of(options_, *key, call->head);
  cache_->calls[key->packed()] = call;
  return call;
}

std::vector<Stream> World::streams(const Call& call, std::size_t session) const {
  const Session& own = call.sessions[session];
  const Features features = features_of(options_, call, own);
  std::vector<Stream> streams;
  const auto add = [&](std::size_t row, std::uint32_t peer_uid, const std::vector<Span>& spans) {
    const Model& model = models()[row];
    Stream s;
    s.mid = model.mid;
    s.peer_uid = peer_uid;
    s.model = static_cast<std::uint32_t>(row);
    s.hash = join(join(join(call.hash, stable_hash(own.sid)), model.mid), peer_uid);
    s.step = options_.spacing ? options_.spacing->count() : model.step;
    s.origin =
        unix_seconds(own.joined) + 1 + static_cast<std::int64_t>(s.hash % static_cast<std::uint64_t>(s.step));
    s.uneven = !options_.spacing && s.hash >> 60 < 3;
    s.spans = spans;
    streams.push_back(std::move(s));
  };
  const std::vector<Span> whole{{own.joined, own.left}};
  for (std::size_t row = 0; row < models().size(); ++row) {
    if (models()[row].side != Side::remote && has(models()[row], features, own)) add(row, 0, whole);
  }
  for (const Peer& peer : peers_of(call, own)) {
    const std::vector<Span> spans = presence(call, own, peer.user);
    if (spans.empty()) continue;
    for (std::size_t row = 0; row < models().size(); ++row) {
      if (models()[row].side == Side::remote && has(models()[row], features, own)) add(row, peer.uid, spans);
    }
  }
  return streams;
}

std::vector<Point> World::points(const Call& call, std::size_t session, const Stream& stream, WorldTime a,
                                 WorldTime b) const {
  std::vector<Point> points;
  const double scale = static_cast<double>(kPowers[models()[stream.model].decimals]);
  Series(options_, call.sessions[session], stream)
      .each(unix_seconds(a), unix_seconds(b), [&](std::int64_t at, std::int64_t d) {
        points.push_back({world_time(at), d, static_cast<double>(d) / scale});
      });
  return points;
}

}  // namespace agora_exporter::simulator
