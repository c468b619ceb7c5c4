// Which changes of the configuration need the journal to be read anew.
#pragma once

#include "agora_exporter/config/config.h"

namespace agora_exporter::collector {

// Whether what is asked, counted or replayed depends on where the two differ. Credentials, addresses and
// timeouts are used as they are then; what is exposed and stored is no matter of the folds.
bool folds_differ(const config::Config& a, const config::Config& b);

}  // namespace agora_exporter::collector
