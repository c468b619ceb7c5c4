#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "agora_exporter/storage/journal.h"
#include "storage/bytes.h"
#include "storage/crc32c.h"
#include "storage/sample_facts.h"

namespace agora_exporter::storage {
namespace {

agora::Facts with_values(std::vector<double> values) {
  agora::Facts facts = points_facts(1, 1, static_cast<int>(values.size()), wall_time(1'700'000'000));
  std::get<agora::PointSet>(facts.body).values = std::move(values);
  return facts;
}

void expect_same_again(const agora::Facts& facts) {
  const auto again = decode_facts(encode_facts(facts));
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_EQ(text_of(*again), text_of(facts));
}

TEST(FactsCodec, Every_kind_comes_back_as_it_was) {
  for (const agora::Facts& facts : odd_facts()) expect_same_again(facts);
}

TEST(FactsCodec, Values_come_back_bit_for_bit) {
  expect_same_again(with_values({-0.0}));
  expect_same_again(with_values({0.0, -0.0, 1}));
  expect_same_again(with_values({0.001, 0.999, 1'000'000.001, -5.5}));
  expect_same_again(with_values({0.1 + 0.2, 0.3}));
  expect_same_again(with_values({5e-324, 1e308, -1e308}));
  expect_same_again(with_values({9007199254740991.0, 0.5, 0.125}));
  expect_same_again(with_values({1099511627775.0, 0.1, 1099511627775.999, 0.001}));
  expect_same_again(with_values({9007199254740991.0, -9007199254740991.0, 9007199254740992.0}));
  std::mt19937_64 random(7);
  std::vector<double> values;
  for (int i = 0; i < 10'000; ++i) {
    const double v = std::bit_cast<double>(random());
    if (std::isfinite(v)) values.push_back(v);
  }
  expect_same_again(with_values(values));
  for (double& v : values)
    v = static_cast<double>(static_cast<std::int64_t>(random() % 2'000'000) - 1'000'000) / 1'000;
  expect_same_again(with_values(values));
}

TEST(FactsCodec, Streams_need_not_follow_each_other) {
  agora::Facts facts = points_facts(2, 4, 50, wall_time(1'700'000'000));
  auto& streams = std::get<agora::PointSet>(facts.body).streams;
  streams[1].begin += 7;
  streams[2].begin = streams[1].begin;
  streams[3].end = streams[3].begin;
  expect_same_again(facts);
}

TEST(FactsCodec, A_large_answer_is_small_on_disk) {
  const agora::Facts facts = points_facts(3, 200, 1'800, wall_time(1'700'000'000));
  const double points = 200.0 * 1'800;
  EXPECT_LT(static_cast<double>(encode_facts(facts).size()) / points, 1.0) << "bytes a point";
}

TEST(FactsCodec, What_is_cut_off_is_refused) {
  for (const agora::Facts& facts : odd_facts()) {
    const std::string bytes = encode_facts(facts);
    for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_facts(bytes.substr(0, size)));
    EXPECT_FALSE(decode_facts(bytes + "x"));
  }
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

// Journals hold records of version 1, which ended a call with `finished`. Written by the encoder of that
// time.
TEST(FactsCodec, Version_1_is_read_without_what_it_did_not_have) {
  const auto facts = decode_facts(from_hex(
      "0128b52ffd207fad0300a4060a70726f64756374696f6e2030313233343536373839616263646566b8b30211989babfef962f6"
      "a1abfef962f0a79fd50c343333333333d33f00040280c49fd50c808aaad50c00010601c8010001018eda96010202633106e9a2"
      "91e98193018ac49fd50c01000000000002004251426490e904"));
  ASSERT_TRUE(facts.has_value()) << facts.error().text();
  agora::Facts expected = odd_facts()[2];
  auto& calls = std::get<agora::CallList>(expected.body).calls;
  calls = {calls[0], {"", "", world_time(0), std::nullopt, false}};
  EXPECT_EQ(text_of(*facts), text_of(expected));
}

TEST(FactsCodec, Another_version_is_refused) {
  std::string bytes = encode_facts(odd_facts()[0]);
  bytes[0] = 3;
  EXPECT_FALSE(decode_facts(bytes));
}

// A CRC stands before it; still, no bytes may crash it.
TEST(FactsCodec, Flipped_bytes_do_no_harm) {
  std::mt19937 random(11);
  std::size_t refused = 0;
  for (const agora::Facts& facts : odd_facts()) {
    const std::string bytes = encode_facts(facts);
    for (int i = 0; i < 500; ++i) {
      std::string bad = bytes;
      for (int k = 0; k < 3; ++k) bad[random() % bad.size()] = static_cast<char>(random());
      if (!decode_facts(bad)) ++refused;
    }
  }
  EXPECT_GT(refused, 2'000U);
}

TEST(Varint, Comes_back) {
  ByteWriter out;
  const std::vector<std::int64_t> values{0, 1, -1, 63, 64, -64, -65, 1'700'000'000, INT64_MAX, INT64_MIN};
  for (const std::int64_t v : values) out.signed_varint(v);
  const std::string bytes = out.take();
  ByteReader in(bytes);
  for (const std::int64_t v : values) EXPECT_EQ(in.signed_varint(), v);
  EXPECT_TRUE(in.good());
  EXPECT_EQ(in.left(), 0U);
  EXPECT_EQ(in.varint(), 0U);
  EXPECT_FALSE(in.good());
}

// RFC 3720, B.4.
TEST(Crc32c, Known_values) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c("6789", crc32c("12345")), 0xe3069283U);
}

}  // namespace
}  // namespace agora_exporter::storage
