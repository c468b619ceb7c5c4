// JSON as a stream of events, with the leniency this API needs. The only file that knows RapidJSON is
// json_reader.cc.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace agora_exporter::agora {

// One value that is neither object nor array. `text` lives during the call only.
struct Scalar {
  enum class Kind { null, boolean, integer, number, text };
  Kind kind = Kind::null;
  std::int64_t integer = 0;  // boolean: 0 or 1
  double number = 0;
  std::string_view text;

  // A whole number, also one written as 12.0 or "12".
  std::optional<std::int64_t> as_integer() const;
  // Any finite number.
  std::optional<double> as_number() const;
  std::optional<bool> as_boolean() const;
  // Text as valid UTF-8 without U+0000; a whole number is taken as its digits.
  std::optional<std::string> as_text() const;
};

// What to do with a container that opens.
enum class Descent {
  skip,     // its content is not reported
  members,  // its content is reported
  points,   // an array of [time, value]: each comes as one point() or bad_point(), at the cost of one call
};

// Receives one document. `depth` is the number of containers open around the value: 1 for the members of the
// root object. `key` is empty for the elements of an array.
class JsonSink {
 public:
  JsonSink() = default;
  JsonSink(const JsonSink&) = delete;
  JsonSink& operator=(const JsonSink&) = delete;
  virtual ~JsonSink() = default;
  virtual Descent open(int depth, std::string_view key, bool is_array) = 0;
  // The container that was opened at `depth` with Descent::members or points ends.
  virtual void close(int depth) = 0;
  virtual void scalar(int depth, std::string_view key, const Scalar& value) = 0;
  virtual void point(double time, double value) = 0;  // both finite
  virtual void bad_point() = 0;
};

struct JsonError {
  std::string reason;       // with the byte it was met at
  bool repairable = false;  // repair_json() may help
};

inline constexpr int kMaxJsonDepth = 64;

// Accepts trailing commas, NaN, a byte order mark, and one stray brace before the root object (specification,
// the example of call/sessions). The root must be an object. Depth is bounded: no input overflows the stack.
std::optional<JsonError> read_json(const std::string& text, JsonSink& sink);

// Replaces, at the same length, what RapidJSON ends the whole parse over: numbers beyond a double become
// null, lone surrogates U+FFFD, control characters in strings blanks, and unknown escapes question marks.
std::string repair_json(std::string text);

}  // namespace agora_exporter::agora
