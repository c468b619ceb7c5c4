#include "agora_exporter/agora/facts.h"

namespace agora_exporter::agora {

std::string_view result_of(const Body& body) {
  if (const auto* refusal = std::get_if<Refusal>(&body)) return name_of(refusal->error);
  if (std::holds_alternative<Undecodable>(body)) return name_of(ApiError::malformed);
  return "success";
}

}  // namespace agora_exporter::agora
