// Text from outside made fit for labels and logs.
#pragma once

#include <string>
#include <string_view>

namespace agora_exporter {

// The same text, every maximal part that is no UTF-8 (Unicode 15, table 3-7) replaced by one U+FFFD.
std::string to_valid_utf8(std::string_view text);

}  // namespace agora_exporter
