#include "storage/point_columns.h"

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

namespace agora_exporter::storage {
namespace {

constexpr std::array<double, 4> kPowers{1, 10, 100, 1'000};
constexpr std::uint8_t kRaw = 255;
// Scaled by up to 1,000 these are whole numbers below 2^50: multiplying and dividing again cannot go wrong,
// and a value that fits some places fits more.
constexpr double kLargest = 0x1p40;

// Differences wrap around instead of overflowing.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

std::int64_t rounded(double v) { return static_cast<std::int64_t>(v + std::copysign(0.5, v)); }

// Places of the decimals, or kRaw, in one pass.
std::uint8_t places_of(std::span<const double> values) {
  std::size_t places = 0;
  for (const double v : values) {
    if (!(std::fabs(v) < kLargest)) return kRaw;
    while (!same_bits(static_cast<double>(rounded(v * kPowers[places])) / kPowers[places], v)) {
      if (++places == kPowers.size()) return kRaw;
    }
  }
  return static_cast<std::uint8_t>(places);
}

void write_values(ByteWriter& out, std::span<const double> values, std::uint8_t places) {
  if (places == kRaw) {
    for (const double v : values) out.real(v);
    return;
  }
  std::int64_t last = 0;
  const double power = kPowers[places];
  const double* v = values.data();
  out.signed_varints(values.size(), [&] {
    const std::int64_t whole = rounded(*v++ * power);
    return whole - std::exchange(last, whole);
  });
}

void read_values(ByteReader& in, std::span<double> values, std::uint8_t places) {
  if (places == kRaw) {
    for (double& v : values) v = in.real();
    return;
  }
  const double power = kPowers[places];
  std::int64_t last = 0;
  for (double& v : values) {
    last = plus(last, in.signed_varint());
    v = static_cast<double>(last) / power;
  }
}

// Streams usually follow each other without gaps; then `begin` costs a zero.
void write_streams(ByteWriter& out, const agora::PointSet& points) {
  out.varint(points.streams.size());
  std::uint32_t end = 0, mid = 0;
  for (const agora::Stream& s : points.streams) {
    out.varint(s.sid);
    out.signed_varint(minus(s.mid, mid));
    out.varint(s.peer_uid);
    out.signed_varint(minus(s.begin, end));
    out.varint(s.end - s.begin);
    mid = s.mid;
    end = s.end;
  }
}

std::uint32_t narrow(ByteReader& in, std::int64_t v) {
  if (v >= 0 && v <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(v);
  in.fail();
  return 0;
}

void read_streams(ByteReader& in, agora::PointSet& points) {
  points.streams.resize(in.count<agora::Stream>(5));
  std::uint32_t end = 0, mid = 0;
  for (agora::Stream& s : points.streams) {
    s.sid = narrow(in, static_cast<std::int64_t>(in.varint()));
    s.mid = narrow(in, plus(mid, in.signed_varint()));
    s.peer_uid = narrow(in, static_cast<std::int64_t>(in.varint()));
    s.begin = narrow(in, plus(end, in.signed_varint()));
    s.end = narrow(in, plus(s.begin, static_cast<std::int64_t>(in.varint())));
    if (s.sid >= points.sids.size() || s.end < s.begin) in.fail();
    mid = s.mid;
    end = s.end;
  }
}

// The values are coded in runs, one a stream; what no stream covers is a run of its own.
std::vector<std::size_t> run_ends(const agora::PointSet& points, std::size_t size) {
  std::vector<std::size_t> ends;
  std::size_t at = 0;
  for (const agora::Stream& s : points.streams) {
    if (s.begin != at || s.end > size) break;
    if (s.end > at) ends.push_back(at = s.end);
  }
  if (at < size) ends.push_back(size);
  return ends;
}

}  // namespace

void write_points(ByteWriter& out, const agora::PointSet& points) {
  out.varint(points.sids.size());
  for (const std::string& sid : points.sids) out.text(sid);
  write_streams(out, points);
  out.varint(points.times.size());
  std::int64_t last = 0;
  auto time = points.times.begin();
  out.signed_varints(points.times.size(), [&] {
    const std::int64_t t = unix_seconds(*time++);
    return minus(t, std::exchange(last, t));
  });
  std::size_t begin = 0;
  for (const std::size_t end : run_ends(points, points.values.size())) {
    const std::span run(points.values.data() + begin, end - begin);
    const std::uint8_t places = places_of(run);
    out.byte(places);
    write_values(out, run, places);
    begin = end;
  }
}

agora::PointSet read_points(ByteReader& in) {
  agora::PointSet points;
  points.sids.resize(in.count<std::string>());
  for (std::string& sid : points.sids) sid = in.text();
  read_streams(in, points);
  const std::size_t size = in.count<double>(2);  // a time and a value
  points.times.resize(size);
  std::int64_t last = 0;
  for (WorldTime& t : points.times) t = world_time(last = plus(last, in.signed_varint()));
  points.values.resize(size);
  std::size_t begin = 0;
  for (const std::size_t end : run_ends(points, size)) {
    const std::uint8_t places = in.byte();
    if (places != kRaw && places >= kPowers.size()) in.fail();
    if (!in.good()) return {};
    read_values(in, std::span(points.values.data() + begin, end - begin), places);
    begin = end;
  }
  for (const agora::Stream& s : points.streams) {
    if (s.end > size) in.fail();
  }
  return points;
}

}  // namespace agora_exporter::storage
