// What the exporter will do next and what the day will bring, out of its state folder.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <ostream>

#include "agora_exporter/collector/outlook.h"
#include "agora_exporter/storage/disk.h"
#include "cli/commands.h"
#include "cli/setup.h"
#include "cli/version.h"

namespace agora_exporter::cli {
namespace {

using agora::Endpoint;
using collector::AccountOutlook;
using collector::EndpointOutlook;
using collector::Outlook;

std::string time_of_day(WallTime t) { return to_iso(t).substr(11, 8); }
std::string rounded(double value) {
  return value < 10 ? fmt::format("{:.2g}", value) : fmt::format("{:.0f}", value);
}

class Words {
 public:
  explicit Words(const Outlook& outlook) : outlook_(outlook) {}

  std::string text() {
    line("{}: the page shows {}, {} ago; nothing was sent or booked", to_iso(outlook_.now),
         to_iso(outlook_.replayed), to_text(outlook_.lag));
    requests();
    for (const AccountOutlook& account : outlook_.accounts) forecast(account);
    return std::move(text_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  void requests() {
    line("\nnext requests");
    if (!outlook_.requests.empty()) line("  {:<8}  {:<8}  {:<16}  {}", "at", "due", "app", "what, and why");
    for (const collector::PlannedRequest& request : outlook_.requests)
      line("  {:<8}  {:<8}  {:<16}  {}: {}", time_of_day(request.at), time_of_day(request.deadline),
           request.app, request.request, request.reason);
    line("  {}", outlook_.then);
  }

  void forecast(const AccountOutlook& account) {
    line("\naccount {}, until {}", account.name, to_iso(outlook_.midnight));
    line("  {:<15}  {:>7}  {:>7}  {:>7}  {:>5}  {:>8}  {}", "endpoint", "limit/d", "used", "left", "pace",
         "expected", "by the hour");
    for (const EndpointOutlook& endpoint : account.endpoints) numbers(endpoint);
    lag(account);
    calls(account);
    missing(account);
  }

  void numbers(const EndpointOutlook& endpoint) {
    std::string hours;
    for (const double requests : endpoint.by_hour) hours += (hours.empty() ? "  " : " ") + rounded(requests);
    line("  {:<15}  {:>7}  {:>7}  {:>7}  {:>5}  {:>8}{}", agora::name_of(endpoint.endpoint),
         endpoint.limit > 0 ? std::to_string(endpoint.limit) : "none", endpoint.used,
         endpoint.left ? std::to_string(*endpoint.left) : "-",
         endpoint.pace ? fmt::format("{:.2f}", *endpoint.pace) : "-", rounded(endpoint.expected), hours);
  }

  void lag(const AccountOutlook& account) {
    if (!account.advised_lag) {
      line("  advised lag: not known before a call was seen");
    } else if (std::isinf(*account.advised_lag)) {
      line("  advised lag: none; at no lag the day's requests carry all calls");
    } else {
      line("  advised lag: {}, at which 80 % of a day's requests carry calls as seen lately",
           to_text(Seconds{static_cast<Seconds::rep>(*account.advised_lag)}));
    }
  }

  void calls(const AccountOutlook& account) {
    for (const collector::AppOutlook& app : account.apps) {
      if (outlook_.coverage) {
        line("  app {}: about {} calls, of which those are asked about that bring most", app.name,
             rounded(app.calls));
      } else {
        line("  app {}: about {} calls, each followed with probability {:.3g}", app.name, rounded(app.calls),
             app.probability);
      }
    }
  }

  void missing(const AccountOutlook& account) {
    bool none = true;
    for (const collector::AppOutlook& app : account.apps) {
      const double left_out = outlook_.coverage ? 0 : (1 - app.probability) * app.calls;
      if (left_out < 0.5) continue;
      line("  will be missed: about {} calls of app {}, by the sample", rounded(left_out), app.name);
      none = false;
    }
    for (const EndpointOutlook& endpoint : account.endpoints) {
      // What the sample leaves out is not asked for.
      const bool sampled = !outlook_.coverage && !agora::is_insight(endpoint.endpoint) &&
                           endpoint.endpoint != Endpoint::call_lists;
      if (sampled || endpoint.beyond() < 0.5) continue;
      line("  will be missed: what {} requests to {} would bring", rounded(endpoint.beyond()),
           agora::name_of(endpoint.endpoint));
      none = false;
    }
    if (none) line("  will be missed: nothing, as far as can be told");
  }

  const Outlook& outlook_;
  std::string text_;
};

}  // namespace

int plan(const Args& args, std::ostream& out, std::ostream& err) {
  const auto config = load_config(args, err);
  if (!config) return 1;
  const auto clock = choose_clock(args, *config);
  const auto disk = clock ? storage::make_snapshot(config->storage_path)
                          : Result<std::unique_ptr<storage::Disk>>(failure(clock.error()));
  if (!disk) {
    err << disk.error().text() << '\n';
    return 1;
  }
  collector::Options options;
  options.config = *config;
  options.version = kVersion;
  options.clock_stamp = args.clock ? args.clock->stamp : "";
  options.assume_fresh = args.assume_fresh;
  const auto outlook = collector::look_ahead(options, **clock, **disk, args.planned_requests);
  if (!outlook) {
    err << outlook.error().text() << '\n';
    return 1;
  }
  out << Words(*outlook).text();
  return out.flush() ? 0 : 1;
}

}  // namespace agora_exporter::cli
