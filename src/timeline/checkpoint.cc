#include "timeline/checkpoint.h"

#include <utility>

namespace agora_exporter::timeline {
namespace {

// Version 2 added weights, standard errors and the freezes of whole calls, as records of their own.
constexpr std::string_view kFirstLine = "agora-timeline\t2\n";
constexpr std::string_view kFirstLineOfVersion1 = "agora-timeline\t1\n";
constexpr std::string_view kFormat = "agora-timeline\t";
constexpr std::string_view kLastLine = "end\n";

}  // namespace

CheckpointWriter::CheckpointWriter() : out_(kFirstLine) {}

CheckpointWriter& CheckpointWriter::record(std::string_view name) {
  if (!out_.ends_with('\n')) out_ += '\n';
  out_ += name;
  return *this;
}

CheckpointWriter& CheckpointWriter::text(std::string_view value) {
  out_ += '\t';
  for (const char c : value) {
    switch (c) {
      case '\t':
        out_ += "\\t";
        break;
      case '\n':
        out_ += "\\n";
        break;
      case '\\':
        out_ += "\\\\";
        break;
      default:
        out_ += c;
    }
  }
  return *this;
}

std::string CheckpointWriter::finish() && {
  if (!out_.ends_with('\n')) out_ += '\n';
  out_ += kLastLine;
  return std::move(out_);
}

CheckpointRecord::CheckpointRecord(std::string_view line) {
  std::string field;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      fields_.push_back(std::exchange(field, {}));
    } else if (line[i] == '\\') {
      const char c = ++i < line.size() ? line[i] : '\0';
      if (c != 't' && c != 'n' && c != '\\') ok_ = false;
      field += c == 't' ? '\t' : c == 'n' ? '\n' : '\\';
    } else {
      field += line[i];
    }
  }
  fields_.push_back(std::move(field));
}

std::string CheckpointRecord::text() const {
  if (next_ >= fields_.size()) {
    ok_ = false;
    return {};
  }
  return fields_[next_++];
}

Result<std::vector<CheckpointRecord>> read_checkpoint(std::string_view text) {
  if (!text.starts_with(kFormat))
    return failure("this is no checkpoint of the replayed totals", "checkpoint");
  static_assert(kFirstLine.size() == kFirstLineOfVersion1.size());
  if (!text.starts_with(kFirstLine) && !text.starts_with(kFirstLineOfVersion1)) {
    return failure("its format is not known to this version", "checkpoint", "run the version that wrote it");
  }
  text.remove_prefix(kFirstLine.size());
  if (!text.ends_with(kLastLine) ||
      (text.size() > kLastLine.size() && text[text.size() - kLastLine.size() - 1] != '\n')) {
    return failure("it is cut off", "checkpoint");
  }
  text.remove_suffix(kLastLine.size());
  std::vector<CheckpointRecord> records;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    records.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return records;
}

}  // namespace agora_exporter::timeline
