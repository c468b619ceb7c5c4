// Before every answer: the headers, the rate of requests, and the password.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/http/server.h"
#include "agora_exporter/web/access.h"
#include "web/passwords.h"
#include "web/pool.h"
#include "web/rate.h"

namespace agora_exporter::web {

// In the event loop's thread.
class Gate {
 public:
  using PostToLoop = std::function<void(std::function<void()>)>;
  using Check = std::function<bool(const std::string& password, const std::string& hash)>;
  // `behind` gets the requests that are let in. `check` is called by a thread of the gate's own.
  Gate(http::Handler behind, PostToLoop post, const Clock& clock, Check check = &is_password);

  // nullptr: everybody is let in.
  void set(std::shared_ptr<const Access> access) { access_ = std::move(access); }
  std::shared_ptr<const http::Tls> tls() const { return access_ ? access_->tls : nullptr; }
  std::string terms() const { return access_ ? access_->terms : std::string(); }

  void handle(http::Request request, http::Responder respond);

 private:
  struct Waiting {
    http::Request request;
    http::Responder respond;
  };
  void check(http::Request request, http::Responder respond, const http::UserAndPassword& given);
  void checked(const Verified::Digest& digest, const std::string& user, const std::string& hash, bool right);

  const http::Handler behind_;
  const PostToLoop post_;
  const Clock& clock_;
  const Check check_;
  std::shared_ptr<const Access> access_;
  Rate rate_;
  Verified verified_;
  std::map<Verified::Digest, std::vector<Waiting>> waiting_;  // for the verdict on one password
  Pool pool_;  // of its own: who guesses passwords must not keep pages from being made
};

}  // namespace agora_exporter::web
