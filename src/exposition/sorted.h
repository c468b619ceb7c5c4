// Items of a World in an order that does not depend on how it was folded.
#pragma once

#include <algorithm>
#include <tuple>
#include <vector>

#include "agora_exporter/timeline/world.h"

namespace agora_exporter::exposition {

template <class T, class Key>
std::vector<const T*> sorted_by(const std::vector<T>& items, Key key) {
  std::vector<const T*> pointers;
  pointers.reserve(items.size());
  for (const T& item : items) pointers.push_back(&item);
  std::sort(pointers.begin(), pointers.end(), [&](const T* a, const T* b) { return key(*a) < key(*b); });
  return pointers;
}

inline std::vector<const timeline::AppWorld*> apps_of(const timeline::World& world) {
  return sorted_by(world.apps, [](const timeline::AppWorld& a) { return std::tie(a.app); });
}

}  // namespace agora_exporter::exposition
