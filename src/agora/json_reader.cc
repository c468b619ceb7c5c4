#include "agora/json_reader.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace agora_exporter::agora {
namespace {

// RapidJSON's events to a JsonSink's: keeps the depth, the key in hand, what is skipped, and the point being
// read.
class Events {
 public:
  // `stream` is the one that is parsed.
  Events(JsonSink& sink, const rapidjson::StringStream& stream) : sink_(sink), stream_(stream) {}

  bool Null() { return value({}); }
  bool Bool(bool b) { return value({Scalar::Kind::boolean, b ? 1 : 0, 0, {}}); }
  bool Int(int i) { return integer(i); }
  bool Uint(unsigned i) { return integer(i); }
  bool Int64(std::int64_t i) { return integer(i); }
  bool Uint64(std::uint64_t i) {
    return i <= std::uint64_t{INT64_MAX} ? integer(static_cast<std::int64_t>(i))
                                         : Double(static_cast<double>(i));
  }
  bool Double(double d) { return number(exact(d)); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) {
    return false;
  }  // asked for by a flag not set here
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return value({Scalar::Kind::text, 0, 0, {text, length}});
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (skipped_ == 0) key_.assign(text, length);
    return true;
  }
  bool StartObject() { return start(false); }
  bool EndObject(rapidjson::SizeType) { return end(); }
  bool StartArray() {
    if (points_ && !in_point_ && skipped_ == 0) {
      in_point_ = true;
      coordinates_ = 0;
      return true;
    }
    return start(true);
  }
  bool EndArray(rapidjson::SizeType) {
    if (in_point_ && skipped_ == 0) return end_point();
    return end();
  }

  bool too_deep() const { return too_deep_; }

 private:
  // RapidJSON is a bit or two off beyond 15 digits, and its full-precision mode shifts by more than the
  // word's width on long zeros (found by the fuzzer). While a number is reported, the stream still stands at
  // its first character: ParseNumber() works on a copy (StreamTraits::copyOptimization).
  double exact(double d) const {
    constexpr std::size_t kExactLength = 16;  // sign or point, and 15 digits
    const char* const begin = stream_.src_;
    // Not strspn(): under AddressSanitizer's string checks it looks at the whole rest of the body each time.
    const char* last = begin;
    while (is_of_number(*last)) ++last;
    const auto length = static_cast<std::size_t>(last - begin);
    const bool plain = length <= kExactLength && std::memchr(begin, 'e', length) == nullptr &&
                       std::memchr(begin, 'E', length) == nullptr;
    if (plain) return d;
    double read = 0;
    const auto [end, error] = std::from_chars(begin, begin + length, read);
    if (error == std::errc::result_out_of_range)
      return std::abs(d) < 1 ? 0.0 : std::numeric_limits<double>::infinity();
    return error == std::errc() && end == begin + length ? read : d;
  }
  static bool is_of_number(char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
  }
  bool number(double d) {
    if (in_point_) return coordinate(d);
    return value({Scalar::Kind::number, 0, d, {}});
  }
  bool integer(std::int64_t i) {
    if (in_point_) return coordinate(static_cast<double>(i));
    return value({Scalar::Kind::integer, i, 0, {}});
  }
  bool value(const Scalar& scalar) {
    if (skipped_ > 0) return true;
    if (in_point_) return coordinate(std::numeric_limits<double>::quiet_NaN());
    if (points_) {
      sink_.bad_point();
      return true;
    }
    if (depth_ == 0) return false;  // the root must be an object
    sink_.scalar(depth_, key_, scalar);
    key_.clear();
    return true;
  }

  bool coordinate(double d) {
    if (skipped_ == 0 && coordinates_ < point_.size()) point_[coordinates_++] = d;
    return true;
  }
  bool end_point() {
    in_point_ = false;
    if (coordinates_ == point_.size() && std::isfinite(point_[0]) && std::isfinite(point_[1])) {
      sink_.point(point_[0], point_[1]);
    } else {
      sink_.bad_point();
    }
    return true;
  }

  bool start(bool is_array) {
    if (depth_ + skipped_ >= kMaxJsonDepth) {
      too_deep_ = true;
      return false;
    }
    if (skipped_ > 0 || points_) return skip_inside_points();
    if (depth_ == 0) {
      ++depth_;
      return !is_array;  // the root must be an object
    }
    const Descent descent = sink_.open(depth_, key_, is_array);
    key_.clear();
    if (descent == Descent::skip) {
      skipped_ = 1;
      return true;
    }
    points_ = descent == Descent::points;
    ++depth_;
    return true;
  }
  // A container where a point, or one of its coordinates, should be: not a point.
  bool skip_inside_points() {
    if (skipped_ == 0) {
      if (in_point_) {
        coordinate(std::numeric_limits<double>::quiet_NaN());
      } else {
        sink_.bad_point();
      }
    }
    ++skipped_;
    return true;
  }
  bool end() {
    if (skipped_ > 0) {
      --skipped_;
      return true;
    }
    points_ = false;
    if (--depth_ > 0) sink_.close(depth_);
    key_.clear();
    return true;
  }

  JsonSink& sink_;
  const rapidjson::StringStream& stream_;
  std::string key_;
  int depth_ = 0;    // containers open and reported
  int skipped_ = 0;  // containers open below, not reported
  bool points_ = false;
  bool in_point_ = false;
  bool too_deep_ = false;
  std::array<double, 2> point_{};
  std::size_t coordinates_ = 0;
};

constexpr std::string_view kBlank = " \t\r\n";

std::size_t skip_blank(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kBlank, at), text.size());
}

// The one place where RapidJSON's errors become words, and where it is known which of them repair_json()
// mends.
JsonError error_of(const rapidjson::ParseResult& result, std::size_t at, bool too_deep) {
  const std::string where = "at byte " + std::to_string(at) + ": ";
  switch (result.Code()) {
    case rapidjson::kParseErrorTermination:
      return {where + (too_deep ? "nested too deeply" : "the answer is not an object"), false};
    case rapidjson::kParseErrorNumberTooBig:
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
    case rapidjson::kParseErrorStringEscapeInvalid:
    case rapidjson::kParseErrorStringInvalidEncoding:
    case rapidjson::kParseErrorStringMissQuotationMark:  // a zero byte in a string
      return {where + rapidjson::GetParseError_En(result.Code()), true};
    default:
      return {where + rapidjson::GetParseError_En(result.Code()), false};
  }
}

}  // namespace

std::optional<JsonError> read_json(const std::string& text, JsonSink& sink) {
  const std::string_view body = text;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::size_t begin = body.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  begin = skip_blank(body, begin);
  if (begin == body.size()) return JsonError{"the body is empty", false};
  bool stray_brace = false;
  if (body[begin] == '{') {
    const std::size_t next = skip_blank(body, begin + 1);
    stray_brace = next < body.size() && body[next] == '{';
    if (stray_brace) begin = next;
  }
  constexpr unsigned kFlags = rapidjson::kParseTrailingCommasFlag | rapidjson::kParseNanAndInfFlag |
                              rapidjson::kParseStopWhenDoneFlag;
  rapidjson::StringStream stream(text.c_str() + begin);  // ends at the first zero byte
  Events events(sink, stream);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, events);
  if (result.IsError()) return error_of(result, begin + result.Offset(), events.too_deep());
  std::size_t end = skip_blank(body, begin + stream.Tell());
  if (stray_brace && end < body.size() && body[end] == '}') end = skip_blank(body, end + 1);
  if (end < body.size()) {
    return JsonError{"at byte " + std::to_string(end) + ": something follows the answer", false};
  }
  return std::nullopt;
}

}  // namespace agora_exporter::agora
