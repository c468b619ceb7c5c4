#pragma once

#include <string>

#include "agora_exporter/http/server.h"

namespace agora_exporter::web {

// A line of text, which nobody may keep.
http::Response text_answer(int status, std::string text);

}  // namespace agora_exporter::web
