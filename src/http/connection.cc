#include "http/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <exception>
#include <utility>

namespace agora_exporter::http {
namespace {

constexpr std::size_t kReadAhead = 64 * 1024;  // what a client may send before its last request is answered
constexpr std::size_t kRefill = 64 * 1024;     // the next piece is handed over when less than this waits
constexpr std::size_t kSingleWrite = 256 * 1024;
constexpr std::size_t kMostDrained = 1024 * 1024;
constexpr Millis kDrainTime{2000};

// The state behind a Responder and its copies.
class Pending {
 public:
  Pending(std::shared_ptr<Inbox> inbox, std::weak_ptr<Connection> connection)
      : inbox_(std::move(inbox)), connection_(std::move(connection)) {}
  ~Pending() { answer(plain_answer(500, "the request was dropped")); }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  void answer(Response response) {
    if (answered_.exchange(true)) return;
    inbox_->post([connection = connection_, response = std::make_shared<Response>(std::move(response))] {
      if (const auto alive = connection.lock()) alive->answer(std::move(*response));
    });
  }

 private:
  std::atomic<bool> answered_{false};
  const std::shared_ptr<Inbox> inbox_;
  const std::weak_ptr<Connection> connection_;
};

std::uint64_t size_of(const std::vector<std::string>& pieces) {
  std::uint64_t size = 0;
  for (const auto& piece : pieces) size += piece.size();
  return size;
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

// What the connection holds on to while libevent sends a piece from where it lies.
using Holder = std::shared_ptr<const void>;
void let_go(const void*, std::size_t, void* holder) {
  const std::unique_ptr<Holder> owner(static_cast<Holder*>(holder));
}

}  // namespace

Connection::Connection(ConnectionContext& context, Owned<bufferevent> stream, std::string peer)
    : context_(context), stream_(std::move(stream)), peer_(std::move(peer)) {}

bool Connection::start() {
  timer_.reset(event_new(context_.base, -1, 0, &Connection::on_timer, this));
  if (!timer_) return false;
  const int on = 1;
  ::setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on a unix socket, which needs none
  auto* const stream = stream_.get();
  bufferevent_setcb(stream, &Connection::on_read, &Connection::on_write, &Connection::on_event, this);
  bufferevent_setwatermark(stream, EV_READ, 0, kReadAhead);
  bufferevent_setwatermark(stream, EV_WRITE, kRefill, 0);
  bufferevent_set_max_single_write(stream, kSingleWrite);
  arm(context_.options.idle_timeout);
  return bufferevent_enable(stream, EV_READ | EV_WRITE) == 0;
}

void Connection::arm(Millis timeout) {
  const timeval wait{static_cast<time_t>(timeout.count() / 1000),
                     static_cast<suseconds_t>(timeout.count() % 1000 * 1000)};
  event_add(timer_.get(), &wait);
}

// libevent's callbacks hold the connection, since what they call may close it.
void Connection::on_read(bufferevent*, void* self) {
  const auto held = static_cast<Connection*>(self)->shared_from_this();
  if (held->state_ == State::reading) held->read_input();
  if (held->state_ == State::draining) held->drain();
}

void Connection::on_write(bufferevent*, void* self) {
  const auto held = static_cast<Connection*>(self)->shared_from_this();
  if (held->state_ == State::writing) held->send_more();
}

void Connection::on_event(bufferevent*, short what, void* self) {
  const auto held = static_cast<Connection*>(self)->shared_from_this();
  if ((what & BEV_EVENT_CONNECTED) != 0) return;  // TLS is agreed on
  if ((what & BEV_EVENT_ERROR) != 0) held->log_tls_error();
  const bool only_shut = (what & BEV_EVENT_EOF) != 0 && (what & BEV_EVENT_READING) != 0;
  held->peer_shut_ = true;
  const bool owes_an_answer = held->state_ == State::handling || held->state_ == State::writing;
  if (!only_shut || !owes_an_answer) return held->close();
  // Under TLS libevent stops writing as well.
  bufferevent_enable(held->stream_.get(), EV_WRITE);
}

void Connection::log_tls_error() {
  const unsigned long code = bufferevent_get_openssl_error(stream_.get());
  const char* const words = code == 0 ? nullptr : ERR_reason_error_string(code);
  if (words) context_.log.debug("TLS failed", {{"peer", peer_}, {"why", words}});
}

void Connection::on_timer(int, short, void* self) {
  const auto held = static_cast<Connection*>(self)->shared_from_this();
  switch (held->state_) {
    case State::reading:
      if (held->begun_) return held->refuse({408, "the request took too long"});
      return held->close();
    case State::writing:
      held->context_.log.debug("slow reader cut off", {{"peer", held->peer_}});
      return held->reset();
    default:
      return held->close();
  }
}

void Connection::begin_reading() {
  state_ = State::reading;
  begun_ = false;
  head_.reset();
  scanned_ = 0;
  waiting_since_ = std::chrono::steady_clock::now();
  arm(context_.options.idle_timeout);
  read_input();
  if (state_ == State::reading && peer_shut_) close();
}

void Connection::read_input() {
  auto* const input = bufferevent_get_input(stream_.get());
  const auto size = evbuffer_get_length(input);
  const auto before = in_.size();
  in_.resize(before + size);
  if (size > 0) evbuffer_remove(input, in_.data() + before, size);
  advance();
}

void Connection::advance() {
  if (in_.empty()) return;
  if (!begun_) arm(context_.options.idle_timeout);  // the whole request has that long from its first byte on
  begun_ = true;
  if (!head_ && !take_head()) return;
  if (in_.size() < head_->content_length) {
    // Said once; a client that sends on without waiting does no harm.
    if (std::exchange(head_->expects_continue, false) && in_.empty()) {
      constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
      bufferevent_write(stream_.get(), kGoOn.data(), kGoOn.size());
    }
    return;
  }
  hand_over();
}

// Whether the head is whole and good.
bool Connection::take_head() {
  const auto limit = context_.options.max_header_bytes;
  if (scanned_ == 0 && in_.size() >= 2 && in_.compare(0, 2, "\r\n") == 0) {
    in_.erase(0, 2);  // RFC 9112, section 2.2: an empty line that old clients send after a body
  }
  const auto end = find_head_end(in_, scanned_);
  if (end == std::string_view::npos) {
    refuse({400, "a line ends without a carriage return"});
    return false;
  }
  if (end > limit || (end == 0 && in_.size() > limit)) {
    refuse({431, "the request's head is too large"});
    return false;
  }
  if (end == 0) return false;
  auto result = parse_head(std::string_view(in_).substr(0, end), context_.options.methods);
  if (!result.head) {
    refuse(result.refusal);
    return false;
  }
  if (result.head->content_length > context_.options.max_body_bytes) {
    refuse({413, "the request's body is too large"});
    return false;
  }
  in_.erase(0, end);
  head_ = std::move(result.head);
  return true;
}

void Connection::hand_over() {
  auto request = std::move(head_->request);
  keep_alive_ = head_->keep_alive;
  http_1_0_ = head_->http_1_0;
  is_head_ = request.method == "HEAD";
  request.body = in_.substr(0, head_->content_length);
  request.peer = peer_;
  in_.erase(0, head_->content_length);
  state_ = State::handling;
  event_del(timer_.get());
  const auto pending = std::make_shared<Pending>(context_.inbox, weak_from_this());
  try {
    context_.handler(std::move(request),
                     [pending](Response response) { pending->answer(std::move(response)); });
  } catch (const std::exception& error) {
    context_.log.error("a request's handler failed", {{"error", error.what()}});
    pending->answer(plain_answer(500, "internal error"));
  }
}

void Connection::refuse(const Refusal& refusal) {
  context_.log.debug("request refused", {{"peer", peer_}, {"why", refusal.why}});
  auto response = plain_answer(refusal.status, refusal.why);
  if (refusal.status == 405) response.headers.emplace_back("Allow", join(context_.options.methods));
  keep_alive_ = false;
  http_1_0_ = false;
  send(std::move(response), false);
}

void Connection::answer(Response response) {
  if (state_ != State::handling) return;
  if (response.fault.kind == Fault::Kind::reset) return reset();
  if (response.fault.kind == Fault::Kind::hang) {
    state_ = State::hanging;
    if (peer_shut_) close();
    return;
  }
  send(std::move(response), is_head_);
}

void Connection::send(Response response, bool without_body) {
  state_ = State::writing;
  arm(context_.options.write_timeout);
  pieces_ = response.shared ? std::move(response.shared)
                            : std::make_shared<const std::vector<std::string>>(std::move(response.pieces));
  const auto size = size_of(*pieces_);
  ResponseFrame frame;
  frame.declared_length = size;
  left_ = without_body || bodyless(response.status) ? 0 : size;
  if (response.fault.kind == Fault::Kind::cut_body) left_ = std::min(left_, response.fault.after_bytes);
  if (response.fault.kind == Fault::Kind::wrong_content_length) {
    frame.declared_length = response.fault.after_bytes != 0 ? response.fault.after_bytes : size + 1;
  }
  if (response.fault.kind != Fault::Kind::none) keep_alive_ = false;
  frame.keep_alive = keep_alive_;
  frame.http_1_0 = http_1_0_;
  if (context_.options.send_date)
    frame.date = context_.options.date ? context_.options.date() : std::time(nullptr);
  const auto head = response_head(response, frame);
  next_piece_ = 0;
  bufferevent_write(stream_.get(), head.data(), head.size());
  send_more();
}

// Hands the next pieces to libevent, which sends them from where they lie; what waits there stays under a
// piece and kRefill.
void Connection::send_more() {
  auto* const output = bufferevent_get_output(stream_.get());
  while (left_ > 0 && evbuffer_get_length(output) < kRefill) {
    const auto& piece = (*pieces_)[next_piece_++];
    const auto size = std::min<std::uint64_t>(piece.size(), left_);
    if (size == 0) continue;
    left_ -= size;
    auto holder = std::make_unique<Holder>(pieces_);
    if (evbuffer_add_reference(output, piece.data(), size, &let_go, holder.get()) != 0) return reset();
    static_cast<void>(holder.release());
  }
  if (left_ == 0 && evbuffer_get_length(output) == 0) sent_all();
}

void Connection::sent_all() {
  pieces_.reset();
  if (keep_alive_) return begin_reading();
  if (peer_shut_) return close();
  state_ = State::draining;
  in_ = {};
  arm(kDrainTime);
  // Under TLS the end is told in words too, so that nobody can feign it.
  if (SSL* const session = bufferevent_openssl_get_ssl(stream_.get())) SSL_shutdown(session);
  ::shutdown(fd(), SHUT_WR);
  drain();
}

void Connection::drain() {
  auto* const input = bufferevent_get_input(stream_.get());
  const auto size = evbuffer_get_length(input);
  evbuffer_drain(input, size);
  drained_ += size;
  if (drained_ > kMostDrained) close();
}

void Connection::finish() {
  keep_alive_ = false;
  if (state_ == State::reading || state_ == State::hanging) close();
}

void Connection::reset() {
  // No lingering: the kernel drops what is unsent and sends a reset.
  const linger now{1, 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  const auto held = shared_from_this();
  timer_.reset();
  stream_.reset();
  pieces_.reset();
  context_.closed(*this);
}

}  // namespace agora_exporter::http
