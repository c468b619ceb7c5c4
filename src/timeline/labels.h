// Labels of totals: few values each, whatever the API sends.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agora_exporter::timeline {

inline constexpr std::size_t kMaxLabelValues = 32;

// Values of one label over all apps, in the order in which they came. The 33rd and later become "other" for
// ever (design, "more than 32 values"): a counter whose label changed its meaning would jump.
class LabelRegistry {
 public:
  // Registers `value` if there is room; what it is called on the page.
  std::string admit(const std::string& value);
  const std::vector<std::string>& values() const { return values_; }

 private:
  std::vector<std::string> values_;
};

// "2.2.0.07_14" -> "2.2": the label sdk_version of totals. Text without two numbers stays as it is.
std::string major_minor(std::string_view version);

struct Labels {
  std::size_t app = 0;  // index into TimelineOptions::apps
  std::string platform, network, sdk_version;
  friend auto operator<=>(const Labels&, const Labels&) = default;
};

struct LabelRegistries {
  LabelRegistry platform, network, sdk_version;
  // All three are admitted in this order.
  Labels admit(std::size_t app, const std::string& platform_text, const std::string& network_text,
               std::string_view version);
};

}  // namespace agora_exporter::timeline
