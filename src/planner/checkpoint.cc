// What Progress keeps when the files behind it are pruned: a few lines of text, one a fact.
//   listed APP FROM TO | overlap APP LISTS SESSIONS TODAY | hourly APP SOURCE METRIC PRODUCT COVERED_TO
//   daily APP SOURCE METRIC PRODUCT BUCKET IN_SLOT | phase ACCOUNT SECONDS | both-ends ACCOUNT ENDPOINT
//   means APP SECONDS SESSIONS METRICS | square APP SECONDS^2 | rhythm APP NUMBERS... (Rhythm::write)
// Lines of a kind that is not known are passed over, as a later version may write them.
#include <sstream>

#include "agora_exporter/planner/progress.h"

namespace agora_exporter::planner {
namespace {

constexpr const char* kHeader = "progress 1";

std::string row_words(const std::string& app, const RowKey& key) {
  return app + " " + std::string(agora::name_of(key.source)) + " " + key.metric + " " +
         (key.product.empty() ? "-" : key.product);
}

RowProgress* find_row(AppProgress& app, std::istream& words, agora::Granularity granularity) {
  std::string source, metric, product;
  words >> source >> metric >> product;
  for (auto& [key, row] : app.rows)
    if (key.granularity == granularity && key.metric == metric && agora::name_of(key.source) == source &&
        key.product == (product == "-" ? "" : product))
      return &row;
  return nullptr;
}

}  // namespace

std::string Progress::checkpoint() const {
  std::ostringstream text;
  text << kHeader << "\n";
  for (const auto& [account, phase] : daily_phase)
    if (phase) text << "phase " << account << " " << *phase << "\n";
  for (const auto& [key, state] : endpoints)
    if (state.both_ends) text << "both-ends " << key.first << " " << agora::name_of(key.second) << "\n";
  for (const auto& [id, app] : apps) {
    app.listed.for_each([&text, &name = id](WorldTime from, WorldTime to) {
      text << "listed " << name << " " << unix_seconds(from) << " " << unix_seconds(to) << "\n";
    });
    text << "overlap " << id << " " << app.lists_overlap << " " << app.sessions_overlap << " "
         << app.todays_server << "\n";
    text << "means " << id << " " << app.mean_seconds << " " << app.mean_requests[0] << " "
         << app.mean_requests[1] << "\n";
    text << "square " << id << " " << app.mean_square_seconds << "\n";
    text << "rhythm " << id << " ";
    app.calls_offered.write(text);
    text << "\n";
    for (const auto& [key, row] : app.rows) {
      if (row.covered_to)
        text << "hourly " << row_words(id, key) << " " << unix_seconds(*row.covered_to) << "\n";
      if (row.asked_for)
        text << "daily " << row_words(id, key) << " " << unix_seconds(*row.asked_for) << " " << row.in_slot
             << "\n";
    }
  }
  return text.str();
}

Result<void> Progress::restore(const std::string& checkpoint) {
  std::istringstream lines(checkpoint);
  std::string line;
  if (!std::getline(lines, line) || line != kHeader)
    return failure("the planner's checkpoint begins with \"" + line + "\", not \"" + kHeader + "\"", {},
                   "it is of another version: remove it together with the journal, or run that version");
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string kind, name;
    words >> kind >> name;
    if (kind == "phase") {
      std::int64_t seconds = 0;
      if (words >> seconds) daily_phase[name] = seconds;
      continue;
    }
    if (kind == "both-ends") {
      std::string endpoint;
      words >> endpoint;
      for (auto& [key, state] : endpoints)
        if (key.first == name && agora::name_of(key.second) == endpoint) state.both_ends = true;
      continue;
    }
    const auto found = apps.find(name);
    if (found == apps.end()) continue;  // an app no longer configured
    AppProgress& app = found->second;
    std::int64_t from = 0, to = 0;
    if (kind == "listed" && words >> from >> to) app.listed.add(world_time(from), world_time(to));
    if (kind == "overlap") words >> app.lists_overlap >> app.sessions_overlap >> app.todays_server;
    if (kind == "means") words >> app.mean_seconds >> app.mean_requests[0] >> app.mean_requests[1];
    if (kind == "square") words >> app.mean_square_seconds;
    if (kind == "rhythm") app.calls_offered.read(words);
    if (kind == "hourly")
      if (RowProgress* row = find_row(app, words, agora::Granularity::hour); row && words >> from)
        row->covered_to = world_time(from);
    if (kind == "daily")
      if (RowProgress* row = find_row(app, words, agora::Granularity::day);
          row && words >> from >> row->in_slot)
        row->asked_for = world_time(from);
    if (words.fail()) return failure("the planner's checkpoint has a line that cannot be read: " + line);
  }
  return {};
}

}  // namespace agora_exporter::planner
