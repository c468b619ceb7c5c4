// The text of a checkpoint: a line a record, fields set apart by tabs, the first names the record.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agora_exporter/base/result.h"
#include "timeline/exact_sum.h"

namespace agora_exporter::timeline {

class CheckpointWriter {
 public:
  CheckpointWriter();
  CheckpointWriter& record(std::string_view name);
  CheckpointWriter& text(std::string_view value);  // tab, newline and backslash are escaped
  template <std::integral T>
  CheckpointWriter& number(T value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return text({digits, static_cast<std::size_t>(end - digits)});
  }
  CheckpointWriter& sum(const ExactSum& value) { return number(value.high()).number(value.low()); }
  CheckpointWriter& wide(Int128 value) {
    return number(static_cast<std::int64_t>(value >> 64)).number(static_cast<std::uint64_t>(value));
  }
  // Ends the last record and adds the line that says that nothing was cut off.
  std::string finish() &&;

 private:
  std::string out_;
};

// One line, read field by field. A getter that meets a missing or malformed field makes ok() false for good.
class CheckpointRecord {
 public:
  explicit CheckpointRecord(std::string_view line);
  const std::string& name() const { return fields_.front(); }
  bool ok() const { return ok_; }
  // Everything read, and nothing malformed.
  bool complete() const { return ok_ && next_ == fields_.size(); }

  std::string text() const;
  template <std::integral T>
  T number() const {
    T value{};
    const std::string digits = text();
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) ok_ = false;
    return value;
  }
  ExactSum sum() const {
    const auto high = number<std::int64_t>();
    return ExactSum::of(high, number<std::uint64_t>());
  }
  Int128 wide() const {
    const auto high = number<std::int64_t>();
    return static_cast<Int128>(high) * (static_cast<Int128>(1) << 64) + number<std::uint64_t>();
  }

 private:
  std::vector<std::string> fields_;
  mutable std::size_t next_ = 1;
  mutable bool ok_ = true;
};

// Checks first and last line, and splits what is between.
Result<std::vector<CheckpointRecord>> read_checkpoint(std::string_view text);

}  // namespace agora_exporter::timeline
