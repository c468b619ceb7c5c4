#include "exposition/writer.h"

#include <algorithm>
#include <utility>

#include "exposition/text.h"

namespace agora_exporter::exposition {
namespace {

char* copy(char* to, std::string_view text) { return to + text.copy(to, text.size()); }

}  // namespace

char* Writer::room(std::size_t bytes) {
  if (size_ - used_ < bytes) {
    finish_piece();
    if (size_ < bytes) {
      size_ = std::max(kPiece, bytes);
      buffer_.reset(new char[size_]);
    }
  }
  return buffer_.get() + used_;
}

void Writer::finish_piece() {
  if (used_ > 0) pieces_.emplace_back(buffer_.get(), used_);
  used_ = 0;
}

void Writer::head(std::string_view name, std::string_view type, std::string_view help) {
  std::string text = "# HELP ";
  text.append(name).append(" ");
  append_help(text, help);
  text.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
  copy(room(text.size()), text);
  used_ += text.size();
}

void Writer::line(std::string_view name, std::string_view labels, double value) {
  char* const begin = room(name.size() + labels.size() + kLongestNumber + 2);
  char* end = copy(copy(begin, name), labels);
  *end++ = ' ';
  end = write_number(end, value);
  *end++ = '\n';
  used_ += static_cast<std::size_t>(end - begin);
}

void Writer::histogram(const std::string& name, const std::string& labels, const std::vector<double>& bounds,
                       const std::vector<std::uint64_t>& cumulative, double sum) {
  const std::string open = labels.empty() ? "{le=\"" : "{" + labels + ",le=\"";
  for (std::size_t i = 0; i < cumulative.size(); ++i) {
    const std::string bound = i < bounds.size() ? number_text(bounds[i]) : "+Inf";
    line(name + "_bucket", open + bound + "\"}", static_cast<double>(cumulative[i]));
  }
  const std::string block = labels.empty() ? "" : "{" + labels + "}";
  line(name + "_sum", block, sum);
  line(name + "_count", block, cumulative.empty() ? 0.0 : static_cast<double>(cumulative.back()));
}

std::vector<std::string> Writer::take() {
  finish_piece();
  return std::exchange(pieces_, {});
}

}  // namespace agora_exporter::exposition
