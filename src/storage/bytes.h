// Writing and reading of small values: varints, zigzag, lengths. The reader never reads past the end: after
// the first value that is not there, everything reads as zero and good() is false.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace agora_exporter::storage {

constexpr std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}

inline constexpr std::size_t kLongestVarint = 10;

// Writes at `to`, which has room for kLongestVarint, and gives the end.
inline char* put_varint(char* to, std::uint64_t v) {
  while (v >= 0x80) {
    *to++ = static_cast<char>(v | 0x80);
    v >>= 7;
  }
  *to++ = static_cast<char>(v);
  return to;
}

class ByteWriter {
 public:
  void varint(std::uint64_t v) {
    char buffer[kLongestVarint];
    out_.append(buffer, static_cast<std::size_t>(put_varint(buffer, v) - buffer));
  }
  void signed_varint(std::int64_t v) { varint(zigzag(v)); }
  void byte(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void real(double v) {
    std::uint64_t bits = std::bit_cast<std::uint64_t>(v);
    for (int i = 0; i < 8; ++i, bits >>= 8) out_.push_back(static_cast<char>(bits & 0xff));
  }
  void text(std::string_view v) {
    varint(v.size());
    out_.append(v);
  }
  // `count` zigzag varints, next() giving one after the other: in pieces, without a check for room at each
  // byte.
  template <class Next>
  void signed_varints(std::size_t count, Next next) {
    std::array<char, 512 * kLongestVarint> buffer;
    while (count > 0) {
      char* to = buffer.data();
      const std::size_t piece = std::min<std::size_t>(count, 512);
      for (std::size_t i = 0; i < piece; ++i) to = put_varint(to, zigzag(next()));
      out_.append(buffer.data(), static_cast<std::size_t>(to - buffer.data()));
      count -= piece;
    }
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : at_(in.data()), end_(in.data() + in.size()) {}

  bool good() const { return good_; }
  void fail() {
    good_ = false;
    at_ = end_;
  }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  std::uint8_t byte() {
    if (at_ == end_) {
      fail();
      return 0;
    }
    return static_cast<std::uint8_t>(*at_++);
  }
  std::uint64_t varint() {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) return static_cast<std::uint64_t>(*at_++);
    return long_varint();
  }
  std::int64_t signed_varint() { return unzigzag(varint()); }
  double real() {
    if (left() < 8) {
      fail();
      return 0;
    }
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i)
      bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(*at_++)) << (8 * i);
    return std::bit_cast<double>(bits);
  }
  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > left()) {
      fail();
      return {};
    }
    const std::string_view v(at_, static_cast<std::size_t>(size));
    at_ += size;
    return v;
  }
  // How many T follow, each of at least `least` bytes. More than fit is damage, as is what would take more
  // memory than the largest answer (256 MiB of JSON) can need: a few bytes may decompress to many.
  template <class T>
  std::size_t count(std::size_t least = 1) {
    const std::uint64_t n = varint();
    if (n > left() / least || n > kMostMemory / sizeof(T)) {
      fail();
      return 0;
    }
    return static_cast<std::size_t>(n);
  }

 private:
  std::uint64_t long_varint() {
    std::uint64_t v = 0;
    for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto b = static_cast<std::uint8_t>(*at_++);
      v |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if (b < 0x80) return v;
    }
    fail();
    return 0;
  }

  static constexpr std::size_t kMostMemory = 512u << 20;

  const char* at_;
  const char* end_;
  bool good_ = true;
};

}  // namespace agora_exporter::storage
