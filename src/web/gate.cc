#include "web/gate.h"

#include <algorithm>
#include <utility>

#include "web/text_answer.h"

namespace agora_exporter::web {
namespace {

constexpr std::size_t kThreads = 1;
constexpr std::size_t kQueue = 32;  // passwords that wait to be checked; beyond them 503

http::Response unauthorized() {
  auto response = text_answer(401, "unauthorized");
  response.headers.emplace_back("WWW-Authenticate", R"(Basic realm="agora-exporter", charset="UTF-8")");
  return response;
}

http::Responder with_headers(http::Responder respond, std::shared_ptr<const Access> access) {
  if (access->headers.empty()) return respond;
  return [respond = std::move(respond), access = std::move(access)](http::Response response) {
    for (const auto& [name, value] : access->headers) {
      std::erase_if(response.headers, [&name = name](const auto& own) { return own.first == name; });
      response.headers.emplace_back(name, value);
    }
    respond(std::move(response));
  };
}

// The hash that is longest to check: an unknown user costs as much.
std::string slowest_hash(const std::map<std::string, std::string>& users) {
  const auto cost = [](const auto& user) { return user.second.substr(4, 2); };
  return std::max_element(users.begin(), users.end(),
                          [&](const auto& a, const auto& b) { return cost(a) < cost(b); })
      ->second;
}

}  // namespace

Gate::Gate(http::Handler behind, PostToLoop post, const Clock& clock, Check check)
    : behind_(std::move(behind)),
      post_(std::move(post)),
      clock_(clock),
      check_(std::move(check)),
      rate_(clock.steady()),
      pool_(kThreads, kQueue) {}

void Gate::handle(http::Request request, http::Responder respond) {
  if (!access_) return behind_(std::move(request), std::move(respond));
  respond = with_headers(std::move(respond), access_);
  if (!rate_.allows(access_->rate, clock_.steady())) return respond(text_answer(429, "too many requests"));
  if (access_->users.empty()) return behind_(std::move(request), std::move(respond));
  const std::string* const header = request.header("Authorization");
  const auto given = header ? http::read_basic_auth(*header) : std::nullopt;
  if (!given) return respond(unauthorized());
  check(std::move(request), std::move(respond), *given);
}

void Gate::check(http::Request request, http::Responder respond, const http::UserAndPassword& given) {
  const auto user = access_->users.find(given.user);
  const bool known = user != access_->users.end();
  const std::string hash = known ? user->second : unmatched_hash(slowest_hash(access_->users));
  const auto digest = verified_.digest(given, hash);
  if (known && verified_.contains(digest)) return behind_(std::move(request), std::move(respond));
  const auto [waiting, first] = waiting_.try_emplace(digest);
  if (first && !pool_.post([this, digest, hash, given] {
        const bool right = check_(given.password, hash);
        post_([this, digest, hash, user = given.user, right] { checked(digest, user, hash, right); });
      })) {
    waiting_.erase(waiting);
    return respond(text_answer(503, "too many passwords are being checked at once"));
  }
  waiting->second.push_back({std::move(request), std::move(respond)});
}

void Gate::checked(const Verified::Digest& digest, const std::string& user, const std::string& hash,
                   bool right) {
  auto node = waiting_.extract(digest);
  // Only if the password is still the user's.
  right = right && access_ && access_->users.contains(user) && access_->users.at(user) == hash;
  if (right) verified_.insert(digest);
  for (Waiting& one : node.mapped()) {
    if (right) {
      behind_(std::move(one.request), std::move(one.respond));
    } else {
      one.respond(unauthorized());
    }
  }
}

}  // namespace agora_exporter::web
