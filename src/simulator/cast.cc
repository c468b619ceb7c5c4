#include "simulator/cast.h"

#include <algorithm>
#include <set>
#include <string>

#include "simulator/equipment.h"
#include "simulator/incidents.h"
#include "simulator/random.h"

namespace agora_exporter::simulator {
namespace {

// Seconds since the call's creation.
struct Stay {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

class Casting {
 public:
  Casting(const WorldOptions& options, const CallKey& key, const CallHead& head)
      : options_(options),
        key_(key),
        head_(head),
        hash_(hash_of(options, key)),
        length_((head.destroyed - head.created).count()),
        daily_(key.layer == Layer::daily) {}

  std::vector<Session> run() {
    Dice dice(join(hash_, 2));
    const std::int64_t people = people_in_call(dice);
    const bool server = dice.chance(options_.server_users);
    // Sometimes the server user comes first and leaves last.
    const bool server_bounds = server && length_ > 20 && dice.chance(0.3);
    const Stay all = server_bounds ? Stay{2, length_ - 3} : Stay{0, length_};
    for (std::int64_t i = 0; i < people; ++i) add_person(static_cast<std::uint32_t>(i), all);
    if (server) add_server_user(static_cast<std::uint32_t>(people), server_bounds);
    std::sort(sessions_.begin(), sessions_.end(), [](const Session& a, const Session& b) {
      return a.joined != b.joined ? a.joined < b.joined : a.sid < b.sid;
    });
    return std::move(sessions_);
  }

 private:
  std::int64_t people_in_call(Dice& dice) const {
    if (daily_ && key_.index == kLargeCall) return 150;
    if (daily_ && key_.index == kDoubledCall) return 3;
    if (options_.users) return std::max(1, *options_.users);
    const std::int64_t most = std::max(2, options_.max_users);
    if (most > 30 && dice.chance(0.004)) return 30 + dice.below(most - 29);
    const double more = dice.around(std::max(0.0, options_.mean_users - 2) + 0.4);
    return std::clamp<std::int64_t>(2 + static_cast<std::int64_t>(more), 2, most);
  }

  bool churn() const { return options_.churn || (daily_ && key_.index == kDoubledCall); }

  Stay stay_of(std::uint32_t user, Stay all, Dice& dice) const {
    if (user == 0 || !churn() || (daily_ && key_.index == kDoubledCall)) return all;
    const std::int64_t length = all.to - all.from;
    const std::int64_t late = dice.chance(0.7) ? dice.below(length / 10 + 1) : dice.below(length * 8 / 10);
    const std::int64_t stays = length - late;
    const std::int64_t early = dice.chance(0.6) ? dice.below(length / 20 + 1) : dice.below(stays - 1);
    Stay stay{all.from + late, std::max(all.to - early, all.from + late + 2)};
    stay.to = std::min(stay.to, all.to);
    return stay;
  }

  void add_person(std::uint32_t user, Stay all) {
    Dice dice(join(join(hash_, 3), user));
    const std::uint32_t uid = uid_of(user, dice);
    const Equipment equipment = person_equipment(dice);
    Stay stay = stay_of(user, all, dice);
    const bool doubled_call = daily_ && key_.index == kDoubledCall;
    const std::int64_t length = stay.to - stay.from;
    std::uint32_t part = 0;
    // User 0 stays throughout: a call with nobody in it has ended.
    const double breaks = 0.06 + static_cast<double>(length) / 20'000;
    const bool may_break = user != 0 && churn() && !(doubled_call && user == 1);
    const bool must_break = doubled_call && user == 2;
    while (may_break && part < 4 && stay.to - stay.from > 40 &&
           (dice.chance(breaks) || (must_break && part == 0))) {
      const std::int64_t lost = stay.from + 10 + dice.below((stay.to - stay.from) * 2 / 3 - 15);
      add({stay.from, lost}, user, part++, uid, equipment, dice);
      stay.from = lost + 1 + dice.below(5);
    }
    add(stay, user, part++, uid, equipment, dice);
    if (churn() && length > 30 && (dice.chance(0.02) || (doubled_call && user == 1))) {
      const std::int64_t from = stay.from + (stay.to - stay.from) / 3;
      const std::int64_t to = std::min(from + std::max<std::int64_t>(10, length / 3), stay.to);
      add({from, to}, user, part, uid, person_equipment(dice), dice);
    }
  }

  void add_server_user(std::uint32_t user, bool bounds) {
    Dice dice(join(join(hash_, 3), user));
    const Stay stay =
        bounds || length_ < 10 ? Stay{0, length_} : Stay{dice.below(3), length_ - dice.below(3)};
    const std::uint32_t uid = uid_of(user, dice);
    add(stay, user, 0, uid, server_equipment(), dice);
    sessions_.back().server_user = true;
    sessions_.back().speaker = false;
  }

  void add(Stay stay, std::uint32_t user, std::uint32_t part, std::uint32_t uid, const Equipment& equipment,
           Dice& dice) {
    Session s;
    const std::uint64_t id = join(join(hash_, 4), user * 64 + part);
    for (const std::uint64_t half : {id, join(id, 1)}) {
      for (int shift = 60; shift >= 0; shift -= 4) s.sid += "0123456789ABCDEF"[half >> shift & 15];
    }
    s.uid = uid;
    s.user = user;
    s.network = part > 0 && dice.chance(0.3) ? "4G" : equipment.network;
    s.platform = equipment.platform;
    s.sdk_version = equipment.sdk_version;
    s.device_type = equipment.device_type;
    s.account = dice.chance(0.3) ? "user-" + std::to_string(uid % 10'000) : "";
    s.speaker = user < kSpeakers;
    s.joined = head_.created + Seconds{stay.from};
    s.left = head_.created + Seconds{stay.to};
    if (options_.gaps) s.gaps = gaps_of(join(id, 2), {s.joined, s.left});
    if (options_.incidents) s.incidents = incidents_of(options_, key_.app, s);
    s.planned = planned_of(options_, hash_, s);
    sessions_.push_back(std::move(s));
  }

  std::uint32_t uid_of(std::uint32_t user, Dice& dice) {
    // Some apps number their users, others use the whole range.
    std::uint32_t uid = hash_ % 3 == 0      ? 1'000 + user
                        : dice.chance(0.02) ? 0xffffffffU
                                            : static_cast<std::uint32_t>(dice.below(0xffffffff)) + 1;
    while (!uids_.insert(uid).second) uid = uid == 0xffffffffU ? 1 : uid + 1;
    return uid;
  }

  const WorldOptions& options_;
  const CallKey& key_;
  const CallHead& head_;
  std::uint64_t hash_;
  std::int64_t length_;
  bool daily_;
  std::set<std::uint32_t> uids_;
  std::vector<Session> sessions_;
};

}  // namespace

std::vector<Session> cast_of(const WorldOptions& options, const CallKey& key, const CallHead& head) {
  return Casting(options, key, head).run();
}

}  // namespace agora_exporter::simulator
