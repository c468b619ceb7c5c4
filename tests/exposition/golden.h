// Literal pages in tests/golden, compared family by family, without regard to the order of lines within one.
#pragma once

#include <string>

namespace agora_exporter::exposition::test {

enum class Compare { whole, families_with_series };

// Fails the running test, naming the lines that differ. With AGORA_UPDATE_GOLDEN=1 in the environment the
// file is written instead, and the test fails, so that this cannot be left on.
void expect_golden(const std::string& file, const std::string& page, Compare compare);

}  // namespace agora_exporter::exposition::test
