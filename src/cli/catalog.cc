#include <ostream>

#include "agora_exporter/exposition/catalog_docs.h"
#include "cli/commands.h"

namespace agora_exporter::cli {

int catalog(const Args& args, std::ostream& out) {
  switch (args.form) {
    case CatalogForm::text:
      out << exposition::catalog_text();
      break;
    case CatalogForm::json:
      out << exposition::catalog_json();
      break;
    case CatalogForm::markdown:
      out << exposition::metrics_markdown();
      break;
  }
  return out.flush() ? 0 : 1;
}

}  // namespace agora_exporter::cli
