// Handmade and random Worlds and Reports.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agora_exporter/exposition/page.h"

namespace agora_exporter::exposition::test {

// A World without rows, with a column for each mid.
timeline::World empty_world();

// Adds a session with rows for `peers` (the first should be 0). Returns the index of its first row.
std::uint32_t add_session(timeline::World& world, timeline::SessionText text,
                          const std::vector<std::uint32_t>& peers);
void set(timeline::World& world, std::uint32_t row, std::uint32_t mid, double value);

// Something in every family.
timeline::World full_world();
// A report made by report::Metrics, without process_*, so that it is the same on every machine.
report::Report full_report();

// `sessions` sessions of 1 to 3 rows, each value present with probability 0.8.
timeline::World random_world(std::uint64_t seed, std::size_t sessions);
// The same World with sessions, rows and all lists in another order.
timeline::World shuffled(const timeline::World& world, std::uint64_t seed);

std::string joined(const std::vector<std::string>& pieces);

}  // namespace agora_exporter::exposition::test
