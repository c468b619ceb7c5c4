#include "cli/ask.h"

#include <fmt/format.h>

#include <ostream>
#include <variant>

#include "agora_exporter/agora/decode.h"
#include "cli/ask_books.h"
#include "cli/ask_questions.h"

namespace agora_exporter::cli {
namespace {

using agora::ApiError;
using agora::Endpoint;

// A minute's limit is waited for; a day's is not.
constexpr Seconds kLongestWait{70};

struct Verdict {
  bool holds = false;
  bool go_on = true;  // false: what follows on this account would fail alike
  std::string text;
};

std::string success_in_words(const agora::Body& body) {
  if (const auto* list = std::get_if<agora::CallList>(&body)) {
    return fmt::format("{} calls{}", list->calls.size(), list->has_more ? " and more" : "");
  }
  if (const auto* page = std::get_if<agora::SessionPage>(&body)) {
    return fmt::format("{} sessions of the newest call", page->total_size);
  }
  if (const auto* points = std::get_if<agora::PointSet>(&body))
    return fmt::format("{} points", points->times.size());
  if (const auto* row = std::get_if<agora::InsightRow>(&body))
    return fmt::format("{} buckets", row->buckets.size());
  return {};
}

Verdict verdict_of(const agora::Refusal& refusal, Endpoint endpoint, bool made_up_call) {
  const std::string limits = fmt::format("set plan, or limits.{}.", agora::name_of(endpoint));
  switch (refusal.error) {
    case ApiError::unauthorized:
      return {false, false, "the credentials are refused"};
    case ApiError::forbidden:
      return {false, true, "access is forbidden for these credentials"};
    case ApiError::no_access:
      return {false, true, "the account's plan lacks this endpoint; the exporter would switch it off"};
    case ApiError::too_old:
      return {false, true, "the plan's look-back does not hold: " + limits + "look_back"};
    case ApiError::too_long:
      return {false, true, "the plan's longest window does not hold: " + limits + "longest_window"};
    case ApiError::too_early:
      return {false, true, "the plan's data delay does not hold: " + limits + "delay"};
    case ApiError::rate_quota:
    case ApiError::day_quota:
      return {false, true,
              "the quota is used up by others: the plan's limits do not hold, or another program asks too"};
    case ApiError::not_found:
      if (made_up_call) return {true, true, "ok: no call to ask about, and it said so"};
      return {false, true, "not found: is the app_id right?"};
    case ApiError::transport:
      return {false, false, "no answer: " + refusal.message};
    case ApiError::bad_request:
    case ApiError::server_error:
    case ApiError::malformed:
    case ApiError::too_large:
      break;
  }
  return {false, true, fmt::format("{}: {}", agora::name_of(refusal.error), refusal.message)};
}

class Asker {
 public:
  Asker(const config::Config& config, Books books, AskSeams seams, std::ostream& out)
      : config_(config), books_(std::move(books)), seams_(seams), out_(out) {}

  bool all() {
    bool holds = true;
    for (const config::Account& account : config_.accounts) holds = one_account(account) && holds;
    return holds;
  }

 private:
  bool one_account(const config::Account& account) {
    const auto id = account.customer_id.read();
    const auto secret = account.customer_secret.read();
    if (!id || !secret) {
      out_ << account.name << ": " << (id ? secret : id).error().text() << '\n';
      return false;
    }
    std::optional<KnownCall> known;
    bool holds = true;
    for (const Endpoint endpoint : agora::kEndpoints) {
      const config::App* app = app_that_uses(account, endpoint);
      if (!app) continue;
      const Verdict verdict = one_endpoint(account, *app, endpoint, {*id, *secret}, known);
      out_ << fmt::format("{} {:<16} {}", account.name, agora::name_of(endpoint), verdict.text) << std::endl;
      holds = holds && verdict.holds;
      if (!verdict.go_on) break;
    }
    return holds;
  }

  Verdict one_endpoint(const config::Account& account, const config::App& app, Endpoint endpoint,
                       const agora::Credentials& credentials, std::optional<KnownCall>& known) {
    const quota::ScopeKey scope = scope_of(account, app);
    WallTime now = seams_.clock.now();
    const WallTime free = books_.when_free(scope, endpoint, now);
    if (free > now + kLongestWait) {
      return {false, true, "not asked: its budget is used up until " + to_iso(free)};
    }
    while ((now = seams_.clock.now()) < free) seams_.transport.wait(free);
    const agora::Request request = question(account, app, endpoint, books_.clock(account.name), now, known);
    const auto ticket = books_.book(scope, endpoint, now);
    if (!ticket) return {false, false, "not asked: " + ticket.error().text()};

    const agora::HttpAnswer answer =
        exchange({++last_id_, account.base_url, agora::target_of(request), credentials, account.http});
    const agora::Decoded decoded = agora::decode(request, answer);
    const auto noted =
        books_.answered(scope, endpoint, *ticket, now, seams_.clock.now(), answer, decoded.body);
    if (!noted) return {false, false, noted.error().text()};
    const auto* refusal = std::get_if<agora::Refusal>(&decoded.body);
    if (refusal) return verdict_of(*refusal, endpoint, !known && is_about_a_call(endpoint));
    if (const auto* odd = std::get_if<agora::Undecodable>(&decoded.body)) {
      return {false, true, "an answer that cannot be read: " + odd->reason};
    }
    const agora::Limits& metrics = account.plan.of(Endpoint::call_metrics);
    const quota::ServerClock& clock = books_.clock(account.name);
    learn_call(decoded.body, quota::earliest_start(clock, now, metrics.look_back) + kLongestWait,
               quota::latest_end(clock, now, metrics.delay), known);
    return {true, true, "ok: " + success_in_words(decoded.body)};
  }

  static bool is_about_a_call(Endpoint e) {
    return e == Endpoint::call_sessions || e == Endpoint::call_metrics;
  }

  // Every request is answered in the end, if only by the transport's timeout.
  agora::HttpAnswer exchange(agora::HttpRequest request) {
    const std::uint64_t id = request.id;
    seams_.transport.send(std::move(request));
    while (true) {
      for (agora::HttpAnswer& answer : seams_.transport.wait(seams_.clock.now() + Seconds{60})) {
        if (answer.id == id) return std::move(answer);
      }
    }
  }

  const config::Config& config_;
  Books books_;
  AskSeams seams_;
  std::ostream& out_;
  std::uint64_t last_id_ = 0;
};

}  // namespace

bool ask(const config::Config& config, const std::string& clock_stamp, bool assume_fresh, AskSeams seams,
         std::ostream& out) {
  auto books = Books::open(config, seams.disk, clock_stamp, assume_fresh, seams.clock.now());
  if (!books) {
    out << "nothing was asked: " << books.error().text() << '\n';
    return false;
  }
  return Asker(config, std::move(*books), seams, out).all();
}

}  // namespace agora_exporter::cli
