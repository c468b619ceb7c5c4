#include "agora_exporter/exposition/page.h"

#include "exposition/insight.h"
#include "exposition/own.h"
#include "exposition/selection.h"
#include "exposition/sessions.h"
#include "exposition/totals.h"
#include "exposition/writer.h"

namespace agora_exporter::exposition {

std::vector<std::string> render(const timeline::World& world, const report::Report& report,
                                const PageOptions& options) {
  const Selection selection = select(world, options);
  Writer writer;
  write_insight(world, writer);
  write_calls(world, writer);
  write_totals(world, writer);
  write_sessions(world, selection, writer);
  write_coverage(world, selection, writer);
  write_own(report, writer);
  return writer.take();
}

}  // namespace agora_exporter::exposition
