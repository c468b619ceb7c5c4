#include "agora/curl_transport.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <unordered_map>
#include <utility>

#include "agora/curl_error.h"
#include "agora/curl_transfer.h"

namespace agora_exporter::agora {
namespace {

// Waits are cut here: real_wait() is asked again, in case the clock was set meanwhile.
constexpr Millis kLongestPoll{60'000};

class CurlTransport final : public Transport {
 public:
  CurlTransport(const Clock& clock, const CurlBounds& bounds, CurlMulti multi)
      : clock_(clock), bounds_(bounds), multi_(std::move(multi)) {}

  ~CurlTransport() override {
    // The multi handle must let go of every transfer before either of them goes.
    for (const auto& [handle, transfer] : transfers_) curl_multi_remove_handle(multi_.get(), handle);
  }
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  void send(HttpRequest request) override {
    auto transfer = std::make_unique<CurlTransfer>(std::move(request), bounds_);
    if (transfer->status() != CURLE_OK) {
      answers_.push_back(transfer->finish(transfer->status(), clock_));
      return;
    }
    if (curl_multi_add_handle(multi_.get(), transfer->handle()) != CURLM_OK) {
      answers_.push_back(transfer->finish(CURLE_FAILED_INIT, clock_));
      return;
    }
    transfers_.emplace(transfer->handle(), std::move(transfer));
  }

  std::vector<HttpAnswer> wait(WallTime until) override {
    while (true) {
      perform();
      const bool woken = woken_.exchange(false);
      const Millis left = clock_.real_wait(until);
      if (!answers_.empty() || woken || left <= Millis{0}) return std::exchange(answers_, {});
      int ready = 0;
      curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(poll_time(left).count()), &ready);
    }
  }

  // curl_multi_wakeup() is a write to a socket: fit for signal handlers, apart from errno.
  void wake() override {
    const int saved = errno;
    woken_.store(true);
    curl_multi_wakeup(multi_.get());
    errno = saved;
  }

 private:
  void perform() {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    int queued = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &queued)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      if (const auto transfer = remove(message->easy_handle))
        answers_.push_back(transfer->finish(code, clock_));
    }
    end_idle();
  }

  // CURLOPT_LOW_SPEED_TIME would do this within some seconds only: it goes by the mean of the last five.
  void end_idle() {
    const RealTime now = std::chrono::steady_clock::now();
    std::vector<CURL*> idle;
    for (const auto& [handle, transfer] : transfers_) {
      if (transfer->idle_deadline().value_or(RealTime::max()) <= now) idle.push_back(handle);
    }
    for (CURL* const handle : idle) {
      if (const auto transfer = remove(handle)) answers_.push_back(transfer->finish_idle());
    }
  }

  std::unique_ptr<CurlTransfer> remove(CURL* handle) {
    curl_multi_remove_handle(multi_.get(), handle);
    auto node = transfers_.extract(handle);
    return node ? std::move(node.mapped()) : nullptr;
  }

  Millis poll_time(Millis left) const {
    const RealTime now = std::chrono::steady_clock::now();
    Millis time = std::min(left, kLongestPoll);
    for (const auto& [handle, transfer] : transfers_) {
      const std::optional<RealTime> deadline = transfer->idle_deadline();
      if (deadline) time = std::min(time, std::chrono::ceil<Millis>(*deadline - now));
    }
    return std::max(time, Millis{0});
  }

  const Clock& clock_;
  const CurlBounds bounds_;
  CurlMulti multi_;
  std::unordered_map<CURL*, std::unique_ptr<CurlTransfer>> transfers_;
  std::vector<HttpAnswer> answers_;
  std::atomic<bool> woken_{false};
};

// Once a process, before any thread uses libcurl; never undone, since other users may live on.
CURLcode global_init() {
  static const CURLcode kCode = curl_global_init(CURL_GLOBAL_DEFAULT);
  return kCode;
}

}  // namespace

Result<std::unique_ptr<Transport>> make_curl_transport(const Clock& clock, const CurlBounds& bounds) {
  if (const CURLcode code = global_init(); code != CURLE_OK) {
    return failure("libcurl cannot be started: " + words_of(code, {}));
  }
  CurlMulti multi(curl_multi_init());
  if (!multi) return failure("libcurl cannot be started: out of memory or of file descriptors");
  return std::make_unique<CurlTransport>(clock, bounds, std::move(multi));
}

Result<std::unique_ptr<Transport>> make_curl_transport(const Clock& clock) {
  return make_curl_transport(clock, {});
}

}  // namespace agora_exporter::agora
