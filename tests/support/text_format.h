// A strict reader of the text format 0.0.4, independent of the program's writer: a page becomes a map of
// series to value. What Prometheus would tolerate but this exporter must not write is an error here too.
#pragma once

#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agora_exporter::text_format {

using Labels = std::map<std::string, std::string>;
using Series = std::pair<std::string, Labels>;

struct Family {
  std::string name, help, type;
};

struct Page {
  std::vector<Family> families;  // in the page's order
  std::map<Series, double> samples;

  const Family* family(std::string_view name) const {
    for (const auto& f : families) {
      if (f.name == name) return &f;
    }
    return nullptr;
  }
  const double* find(const std::string& name, const Labels& labels = {}) const {
    const auto found = samples.find({name, labels});
    return found == samples.end() ? nullptr : &found->second;
  }
  // All samples of one name, by labels.
  std::map<Labels, double> all(const std::string& name) const {
    std::map<Labels, double> result;
    for (auto at = samples.lower_bound({name, {}}); at != samples.end() && at->first.first == name; ++at) {
      result[at->first.second] = at->second;
    }
    return result;
  }
  std::size_t count(const std::string& name) const { return all(name).size(); }
};

struct ParseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {

inline bool is_name(std::string_view text, bool colon_allowed) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '_' && !(c == ':' && colon_allowed)) return false;
  }
  return true;
}

// Decodes every sequence and encodes it again: what does not come back the same is no UTF-8.
inline bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80       ? 1
                               : lead >> 5 == 6  ? 2
                               : lead >> 4 == 14 ? 3
                               : lead >> 3 == 30 ? 4
                                                 : 0;
    if (length == 0 || i + length > text.size()) return false;
    unsigned long code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next >> 6 != 2) return false;
      code = code << 6 | (next & 0x3FU);
    }
    const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Page read() {
    if (!text_.empty() && text_.back() != '\n') fail("the last line is not ended");
    while (!text_.empty()) {
      ++number_;
      line_ = text_.substr(0, text_.find('\n'));
      text_.remove_prefix(line_.size() + 1);
      if (!is_utf8(line_)) fail("no UTF-8");
      if (line_.starts_with("# HELP ")) {
        help();
      } else if (line_.starts_with("# TYPE ")) {
        type();
      } else {
        sample();
      }
    }
    end_family();
    return std::move(page_);
  }

 private:
  struct HistogramState {
    std::vector<std::pair<double, double>> buckets;
    const double* sum = nullptr;
    const double* count = nullptr;
  };

  [[noreturn]] void fail(const std::string& what) const {
    throw ParseError("line " + std::to_string(number_) + ": " + what + ": " +
                     std::string(line_.substr(0, 400)));
  }

  static std::pair<std::string, std::string> split(std::string_view text) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return {std::string(text), ""};
    return {std::string(text.substr(0, space)), std::string(text.substr(space + 1))};
  }

  void help() {
    end_family();
    const auto [name, text] = split(line_.substr(7));
    if (!is_name(name, true)) fail("no metric name");
    if (!names_.insert(name).second) fail("a family twice: its lines are not contiguous");
    if (text.empty()) fail("an empty HELP");
    page_.families.push_back({name, unescape(text, false), ""});
  }

  void type() {
    const auto [name, type] = split(line_.substr(7));
    if (page_.families.empty() || page_.families.back().name != name) fail("TYPE does not follow its HELP");
    Family& family = page_.families.back();
    if (!family.type.empty()) fail("TYPE twice");
    if (type != "counter" && type != "gauge" && type != "histogram") fail("unknown type");
    if (type == "counter" && !name.ends_with("_total")) fail("a counter without _total");
    family.type = type;
  }

  std::string unescape(std::string_view text, bool quote_allowed) const {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\') {
        plain += text[i];
        continue;
      }
      const char next = ++i < text.size() ? text[i] : '\0';
      if (next == 'n') {
        plain += '\n';
      } else if (next == '\\' || (next == '"' && quote_allowed)) {
        plain += next;
      } else {
        fail("bad escape");
      }
    }
    return plain;
  }

  // From after "{" to after "}".
  Labels labels(std::string_view& rest) const {
    Labels labels;
    while (true) {
      const auto equals = rest.find("=\"");
      if (equals == std::string_view::npos) fail("no label");
      const std::string name(rest.substr(0, equals));
      if (!is_name(name, false)) fail("no label name: " + name);
      rest.remove_prefix(equals + 2);
      std::size_t end = 0;
      while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
      if (end >= rest.size()) fail("an unended label value");
      if (!labels.emplace(name, unescape(rest.substr(0, end), true)).second) fail("a label twice: " + name);
      rest.remove_prefix(end + 1);
      const char next = rest.empty() ? '\0' : rest.front();
      rest.remove_prefix(rest.empty() ? 0 : 1);
      if (next == '}') return labels;
      if (next != ',') fail("neither , nor } after a label");
    }
  }

  double number(std::string_view text) const {
    if (text == "+Inf") return HUGE_VAL;
    if (text == "-Inf") return -HUGE_VAL;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) fail("no number");
    if (std::isnan(value)) fail("NaN");
    return value;
  }

  void sample() {
    if (page_.families.empty() || page_.families.back().type.empty())
      fail("a sample before its HELP and TYPE");
    const Family& family = page_.families.back();
    std::string_view rest = line_;
    const std::string name(rest.substr(0, rest.find_first_of("{ ")));
    rest.remove_prefix(name.size());
    if (!is_name(name, true)) fail("no metric name");
    Labels of_sample;
    if (rest.starts_with('{')) {
      rest.remove_prefix(1);
      of_sample = labels(rest);
    }
    if (!rest.starts_with(' ')) fail("no space before the value");
    const double value = number(rest.substr(1));
    if (family.type == "counter" && !(value >= 0 && std::isfinite(value))) fail("no value for a counter");
    const auto [at, inserted] = page_.samples.emplace(Series{name, of_sample}, value);
    if (!inserted) fail("a series twice");
    if (family.type == "histogram") {
      histogram_sample(family, name, std::move(of_sample), at->second);
    } else if (name != family.name) {
      fail("a sample outside its family");
    }
  }

  void histogram_sample(const Family& family, const std::string& name, Labels labels, const double& value) {
    if (name == family.name + "_bucket") {
      const auto le = labels.find("le");
      if (le == labels.end()) fail("a bucket without le");
      const double bound = number(le->second);
      labels.erase(le);
      histograms_[labels].buckets.emplace_back(bound, value);
    } else if (name == family.name + "_sum") {
      histograms_[labels].sum = &value;
    } else if (name == family.name + "_count") {
      histograms_[labels].count = &value;
    } else {
      fail("a sample outside its family");
    }
  }

  void end_family() {
    if (!page_.families.empty() && page_.families.back().type.empty()) fail("a HELP without TYPE");
    for (const auto& [labels, histogram] : histograms_) {
      if (!histogram.sum || !histogram.count) fail("a histogram without sum or count");
      if (histogram.buckets.empty() || !std::isinf(histogram.buckets.back().first))
        fail("no bucket +Inf at the end");
      for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
        const auto [bound, count] = histogram.buckets[i];
        if (count != std::floor(count) || count < 0) fail("a bucket that is no whole number");
        if (i > 0 && bound <= histogram.buckets[i - 1].first) fail("buckets out of order");
        if (i > 0 && count < histogram.buckets[i - 1].second) fail("buckets that are not cumulative");
      }
      if (histogram.buckets.back().second != *histogram.count) fail("+Inf differs from count");
    }
    histograms_.clear();
  }

  std::string_view text_, line_;
  std::size_t number_ = 0;
  Page page_;
  std::set<std::string> names_;
  std::map<Labels, HistogramState> histograms_;  // of the family being read
};

}  // namespace detail

// Throws ParseError, with the line, on anything that is not exactly right.
inline Page parse(std::string_view text) { return detail::Reader(text).read(); }
inline Page parse(const std::vector<std::string>& pieces) {
  std::string text;
  for (const auto& piece : pieces) text += piece;
  return parse(text);
}

}  // namespace agora_exporter::text_format
