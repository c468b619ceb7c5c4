// All families of a page in its order, by section: what the documentation lists, and tests hold the page
// against.
#pragma once

#include <string>
#include <vector>

#include "exposition/families.h"

namespace agora_exporter::exposition {

struct Section {
  std::string title;
  std::string text;  // Markdown
  std::vector<Family> families;
};
std::vector<Section> page_sections();

}  // namespace agora_exporter::exposition
