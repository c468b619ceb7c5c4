// Facts as bytes: a version, then one zstd frame of the fields (fields.h, point_columns.h).
#include <type_traits>
#include <utility>

#include "agora_exporter/storage/journal.h"
#include "storage/compress.h"
#include "storage/fields.h"
#include "storage/point_columns.h"

namespace agora_exporter::storage {
namespace {

// An answer is capped at 256 MiB and no field takes more room here than in the answer's JSON.
constexpr std::size_t kLargest = 512u << 20;

// Both variants are stored by index; a new alternative goes last.
template <class Variant>
Variant make_alternative(std::size_t index) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    Variant v;
    static_cast<void>(((I == index ? (v.template emplace<I>(), true) : false) || ...));
    return v;
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>{});
}

template <class Variant>
Variant read_alternative(ByteReader& in) {
  const std::uint8_t index = in.byte();
  if (index >= std::variant_size_v<Variant>) in.fail();
  return make_alternative<Variant>(in.good() ? index : 0);
}

}  // namespace

std::string encode_facts(const agora::Facts& facts) {
  ByteWriter out;
  const Save save{.out = out};
  asked(save, facts.asked);
  save.field(facts.todays_server);
  save.field(facts.skipped_points);
  out.byte(static_cast<std::uint8_t>(facts.asked.request.query.index()));
  std::visit([&](const auto& q) { query(save, q); }, facts.asked.request.query);
  out.byte(static_cast<std::uint8_t>(facts.body.index()));
  std::visit(
      [&](const auto& b) {
        if constexpr (std::is_same_v<decltype(b), const agora::PointSet&>) {
          write_points(out, b);
        } else {
          body(save, b);
        }
      },
      facts.body);
  std::string bytes(1, static_cast<char>(kNewestVersion));
  compress_onto(bytes, out.take());
  return bytes;
}

Result<agora::Facts> decode_facts(std::string_view bytes) {
  const int version = bytes.empty() ? 0 : bytes[0];
  if (version < 1 || version > kNewestVersion) return failure("the record's version is not known");
  const auto payload = decompress(bytes.substr(1), kLargest);
  if (!payload) return failure(payload.error());
  ByteReader in(*payload);
  const Load load{in, version};
  agora::Facts facts;
  asked(load, facts.asked);
  load.field(facts.todays_server);
  load.field(facts.skipped_points);
  facts.asked.request.query = read_alternative<agora::Query>(in);
  std::visit([&](auto& q) { query(load, q); }, facts.asked.request.query);
  facts.body = read_alternative<agora::Body>(in);
  std::visit(
      [&](auto& b) {
        if constexpr (std::is_same_v<decltype(b), agora::PointSet&>) {
          b = read_points(in);
        } else {
          body(load, b);
        }
      },
      facts.body);
  if (!in.good() || in.left() != 0) return failure("the record's fields do not fit");
  return facts;
}

}  // namespace agora_exporter::storage
