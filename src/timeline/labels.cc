#include "timeline/labels.h"

#include <algorithm>

namespace agora_exporter::timeline {

std::string LabelRegistry::admit(const std::string& value) {
  if (std::ranges::find(values_, value) != values_.end()) return value;
  if (values_.size() >= kMaxLabelValues) return "other";
  values_.push_back(value);
  return value;
}

std::string major_minor(std::string_view version) {
  const auto digits = [&](std::size_t from) {
    std::size_t i = from;
    while (i < version.size() && version[i] >= '0' && version[i] <= '9') ++i;
    return i;
  };
  const std::size_t dot = digits(0);
  if (dot == 0 || dot >= version.size() || version[dot] != '.') return std::string(version);
  const std::size_t end = digits(dot + 1);
  return std::string(end == dot + 1 ? version : version.substr(0, end));
}

Labels LabelRegistries::admit(std::size_t app, const std::string& platform_text,
                              const std::string& network_text, std::string_view version) {
  Labels labels;
  labels.app = app;
  labels.platform = platform.admit(platform_text);
  labels.network = network.admit(network_text);
  labels.sdk_version = sdk_version.admit(major_minor(version));
  return labels;
}

}  // namespace agora_exporter::timeline
