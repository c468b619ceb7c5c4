// The insight rows that share an endpoint's requests, and which of them are followed where those do not
// suffice for all.
#pragma once

#include <vector>

#include "planner/needs.h"

namespace agora_exporter::planner {

struct InsightScope {
  // Of an app, in configured order: all its rows, or the first ones. The apps take turns, by weight; a row
  // that is followed is followed whole.
  struct Share {
    const AppPolicy* app = nullptr;
    std::vector<const RowPolicy*> rows;
  };
  agora::Endpoint endpoint;
  std::vector<Share> shares;
  int rows = 0;     // followed, of all apps
  int per_day = 0;  // requests; 0 = no such limit
  int days = 1;     // of a row that one request asks for

  InsightScope(const View& view, const AppPolicy& app, agora::Endpoint endpoint);
  const std::vector<const RowPolicy*>& of(const AppPolicy& app) const&;
  // Whether a day's requests serve every row so many times.
  bool suffices_for(int times) const { return per_day == 0 || per_day >= times * rows; }
};

}  // namespace agora_exporter::planner
