#include "simulator/schedule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "simulator/random.h"

namespace agora_exporter::simulator {
namespace {

// Calls that began by the start of each slot of a day, as a share of the day's: quiet nights, a peak before
// noon and a higher one in the evening (UTC).
std::array<double, kSlotsPerDay + 1> cumulative_rhythm() {
  std::array<double, kSlotsPerDay + 1> sums{};
  for (std::size_t i = 0; i < kSlotsPerDay; ++i) {
    const double hour = static_cast<double>(i) / 6.0;
    const auto peak = [&](double at, double width) {
      return std::exp(-(hour - at) * (hour - at) / (2 * width * width));
    };
    sums[i + 1] = sums[i] + 0.2 + 0.9 * peak(10.5, 2.5) + 1.2 * peak(19.5, 2.2);
  }
  for (double& s : sums) s /= sums.back();
  sums[kSlotsPerDay] = 1;
  return sums;
}

std::int64_t other_long_calls(const WorldOptions& options, std::uint32_t app) {
  return options.duration ? 0 : options.apps[app].calls_per_day / 150;
}

std::int64_t calls_in_slot(const WorldOptions& options, std::uint32_t app, std::int64_t slot) {
  static const auto kRhythm = cumulative_rhythm();
  const std::int64_t n = options.apps[app].calls_per_day - other_long_calls(options, app);
  const std::int64_t day = slot / kSlotsPerDay;
  const auto place = static_cast<std::size_t>(slot % kSlotsPerDay);
  const double phase =
      unit_interval(join(join(options.seed, 0x5107 + app), static_cast<std::uint64_t>(day))) * 0.999;
  const auto begun = [&](std::size_t i) {
    const double share = options.daily_rhythm ? kRhythm[i] : static_cast<double>(i) / kSlotsPerDay;
    return static_cast<std::int64_t>(std::floor(static_cast<double>(n) * share + phase));
  };
  return begun(place + 1) - begun(place);
}

std::int64_t ordinary_duration(const WorldOptions& options, Dice& dice) {
  if (options.duration) return std::clamp<std::int64_t>(options.duration->count(), 2, kLongestOrdinary);
  const double mean = static_cast<double>(options.mean_duration.count());
  const double kind = dice.unit();
  const double seconds = kind < 0.15  ? 5 + dice.unit() * 55
                         : kind < 0.8 ? 30 + dice.around(mean * 0.8)
                                      : 60 + dice.around(mean * 2.2);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(seconds), 5, kLongestOrdinary);
}

std::int64_t daily_duration(const CallKey& key, Dice& dice) {
  switch (key.index) {
    case kLongCall:
      return key.slot % 3 == 0 ? 28'900 + dice.below(14'000) : 10'900 + dice.below(10'000);
    case kLargeCall:
      return 1'500 + dice.below(1'200);
    case kDoubledCall:
      return 1'200 + dice.below(1'800);
    default:
      return 10'900 + dice.below(dice.chance(0.2) ? 30'000 : 5'000);
  }
}

// A permutation of 64-bit numbers that depends on the seed: ids that look random and can be read back.
std::uint64_t scramble(std::uint64_t x, std::uint64_t seed, bool back) {
  auto left = static_cast<std::uint32_t>(x >> 32);
  auto right = static_cast<std::uint32_t>(x);
  for (int i = 0; i < 4; ++i) {
    const auto round = static_cast<std::uint64_t>(back ? 3 - i : i);
    const auto f = [&](std::uint32_t half) {
      return static_cast<std::uint32_t>(join(join(seed, 0xfe15 + round), half) >> 16);
    };
    if (back) {
      const std::uint32_t old = right ^ f(left);
      right = left;
      left = old;
    } else {
      const std::uint32_t next = left ^ f(right);
      left = right;
      right = next;
    }
  }
  return static_cast<std::uint64_t>(left) << 32 | right;
}

void append_hex(std::string& to, std::uint64_t x) {
  for (int shift = 60; shift >= 0; shift -= 4) to += "0123456789abcdef"[x >> shift & 15];
}

std::string channel_of(const WorldOptions& options, const CallKey& key) {
  static constexpr const char* kWords[] = {"room", "lesson", "standup", "clinic", "arena", "support"};
  const char* word = kWords[join(options.seed, key.index) % std::size(kWords)];
  // The names of a slot come again after more than the longest duration: two calls at once never share a
  // channel.
  const std::uint32_t cycle = key.layer == Layer::ordinary ? key.slot % 72 : 100 + key.slot % 3;
  return std::string(word) + "-" + std::to_string(cycle) + "-" + std::to_string(key.index);
}

}  // namespace

std::uint64_t CallKey::packed() const {
  return static_cast<std::uint64_t>(app) << 56 | static_cast<std::uint64_t>(layer) << 52 |
         static_cast<std::uint64_t>(slot) << 24 | index;
}

std::uint64_t hash_of(const WorldOptions& options, const CallKey& key) {
  return join(join(options.seed, 0xca11), key.packed());
}

CallHead head_of(const WorldOptions& options, const CallKey& key) {
  const std::uint64_t hash = hash_of(options, key);
  Dice dice(join(hash, 1));
  CallHead head;
  append_hex(head.call_id, scramble(key.packed(), options.seed, false));
  append_hex(head.call_id, hash);
  head.channel = channel_of(options, key);
  const bool ordinary = key.layer == Layer::ordinary;
  const std::int64_t length = ordinary ? kSlot : kDaySlot;
  const std::int64_t created = key.slot * length + dice.below(length);
  const std::int64_t duration = ordinary ? ordinary_duration(options, dice) : daily_duration(key, dice);
  head.created = world_time(created);
  head.destroyed = world_time(created + duration);
  return head;
}

std::vector<CallKey> keys_of_slot(const WorldOptions& options, std::uint32_t app, Layer layer,
                                  std::int64_t slot) {
  std::vector<CallKey> keys;
  if (slot < 0 || slot >= 1 << 28) return keys;
  const auto add = [&](std::uint32_t index) {
    keys.push_back({app, layer, static_cast<std::uint32_t>(slot), index});
  };
  if (layer == Layer::ordinary) {
    const std::int64_t n = calls_in_slot(options, app, slot);
    for (std::int64_t i = 0; i < n; ++i) add(static_cast<std::uint32_t>(i));
    return keys;
  }
  if (options.long_call) add(kLongCall);
  if (options.large_call) add(kLargeCall);
  if (options.doubled_uid) add(kDoubledCall);
  const auto n = static_cast<std::uint32_t>(other_long_calls(options, app));
  for (std::uint32_t i = 0; i < n; ++i) add(kFirstOtherLong + i);
  return keys;
}

std::optional<CallKey> key_of(const WorldOptions& options, std::string_view call_id) {
  if (call_id.size() != 32) return std::nullopt;
  std::uint64_t parts[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const char* begin = call_id.data() + 16 * i;
    const auto [end, error] = std::from_chars(begin, begin + 16, parts[i], 16);
    if (error != std::errc() || end != begin + 16) return std::nullopt;
  }
  const std::uint64_t packed = scramble(parts[0], options.seed, true);
  const CallKey key{static_cast<std::uint32_t>(packed >> 56), static_cast<Layer>(packed >> 52 & 15),
                    static_cast<std::uint32_t>(packed >> 24 & 0xfffffff),
                    static_cast<std::uint32_t>(packed & 0xffffff)};
  if (key.app >= options.apps.size() || key.layer > Layer::daily || hash_of(options, key) != parts[1]) {
    return std::nullopt;
  }
  const auto keys = keys_of_slot(options, key.app, key.layer, key.slot);
  const bool exists =
      std::any_of(keys.begin(), keys.end(), [&](const CallKey& k) { return k.index == key.index; });
  return exists ? std::optional(key) : std::nullopt;
}

}  // namespace agora_exporter::simulator
