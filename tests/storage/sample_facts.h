// Facts of every kind for the tests, and all of a fact as text, to compare without the codec.
#pragma once

#include <string>
#include <vector>

#include "agora_exporter/agora/facts.h"

namespace agora_exporter::storage {

// A refusal: small, and different for each `n`.
agora::Facts small_facts(int n, WallTime received);
// call/metrics points of `streams` streams of `points` points, as noisy as real ones.
agora::Facts points_facts(std::uint32_t seed, int streams, int points, WallTime received);
// Two or more of each kind of query and body, with the odd values.
std::vector<agora::Facts> odd_facts();

// Every field, doubles by their bits.
std::string text_of(const agora::Facts& facts);

}  // namespace agora_exporter::storage
