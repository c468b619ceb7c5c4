// The project's version, from CMakeLists.txt.
#pragma once

namespace agora_exporter::cli {

inline constexpr const char* kVersion = AGORA_EXPORTER_VERSION;

}  // namespace agora_exporter::cli
