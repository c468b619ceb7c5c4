#include "agora_exporter/http/server.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>
#include <unordered_map>
#include <utility>

#include "http/address.h"
#include "http/connection.h"
#include "http/inbox.h"
#include "http/libevent.h"
#include "http/request_head.h"
#include "http/tls_context.h"

namespace agora_exporter::http {
namespace {

// After accept() fails for want of descriptors or memory.
constexpr timeval kAcceptPause{0, 200'000};

// Connections over the cap that are told so; further ones are only closed.
constexpr std::size_t kTurnedAway = 32;

// Threads inherit the mask: signals are the main thread's, and a write to a closed connection must not end
// the program.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) sigdelset(&all, fault);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

class ServerImpl final : public Server {
 public:
  ServerImpl(ServerOptions options, Handler handler, Log& log)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        log_(log),
        base_(event_base_new()),
        inbox_(std::make_shared<Inbox>()),
        context_{base_.get(), options_, handler_,
                 log,         inbox_,   [this](const Connection& connection) { forget(connection); }} {}

  ~ServerImpl() override {
    stop(Millis{0});
    inbox_->close();
    for (const auto& path : unix_paths_) ::unlink(path.c_str());
  }

  Result<void> open() {
    if (!base_) return failure("libevent cannot start");
    if (auto opened = inbox_->open(base_.get()); !opened) return opened;
    resume_.reset(event_new(base_.get(), -1, 0, &ServerImpl::on_resume, this));
    deadline_.reset(event_new(base_.get(), -1, 0, &ServerImpl::on_deadline, this));
    if (!resume_ || !deadline_) return failure("libevent takes no event");
    for (const auto& address : options_.listen) {
      if (auto added = add_listener(address); !added) return added;
    }
    if (listeners_.empty()) return failure("no address to listen on");
    const SignalsBlocked blocked;
    thread_ = std::thread([this] {
      inbox_->enter_loop();
      event_base_dispatch(base_.get());
      close_all();
      inbox_->leave_loop();
    });
    return {};
  }

  std::vector<std::string> addresses() const override { return addresses_; }

  void post(std::function<void()> task) override { inbox_->post(std::move(task)); }

  void renew_connections() override {
    const auto connections = connections_;  // finish() may take one out
    for (const auto& [connection, owner] : connections) connection->finish();
  }

  void stop(Millis grace) override {
    if (stopped_.exchange(true) || !thread_.joinable()) return;
    inbox_->post([this, grace] { begin_stop(grace); });
    thread_.join();
  }

 private:
  Result<void> add_listener(const std::string& address) {
    auto listening = listen_on(address);
    if (!listening) return failure(listening.error());
    if (!listening->unix_path.empty()) unix_paths_.push_back(listening->unix_path);
    Owned<evconnlistener> listener(evconnlistener_new(base_.get(), &ServerImpl::on_accept, this,
                                                      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0,
                                                      listening->fd));
    if (!listener) {
      ::close(listening->fd);
      return failure("libevent takes no listener", address);
    }
    evconnlistener_set_error_cb(listener.get(), &ServerImpl::on_accept_error);
    listeners_.push_back(std::move(listener));
    addresses_.push_back(listening->address);
    return {};
  }

  static void on_accept(evconnlistener*, int fd, sockaddr* address, int, void* self) {
    static_cast<ServerImpl*>(self)->accept(fd, peer_text(address));
  }

  // Out of descriptors the listening socket stays readable: without a pause the loop would spin.
  static void on_accept_error(evconnlistener*, void* self) {
    auto& server = *static_cast<ServerImpl*>(self);
    server.log_.warn("no connection can be accepted", {{"error", std::strerror(errno)}});
    for (auto& listener : server.listeners_) evconnlistener_disable(listener.get());
    event_add(server.resume_.get(), &kAcceptPause);
  }

  static void on_resume(int, short, void* self) {
    for (auto& listener : static_cast<ServerImpl*>(self)->listeners_) evconnlistener_enable(listener.get());
  }

  static void on_deadline(int, short, void* self) {
    event_base_loopbreak(static_cast<ServerImpl*>(self)->base_.get());
  }

  Owned<bufferevent> make_stream(int fd) {
    const auto tls = options_.tls ? options_.tls() : nullptr;
    if (!tls) return Owned<bufferevent>(bufferevent_socket_new(base_.get(), fd, BEV_OPT_CLOSE_ON_FREE));
    SSL* const session = static_cast<const TlsContext&>(*tls).new_session();
    if (!session) return nullptr;
    // Without memory for it, whether libevent frees the session hangs on its version: it is left alone.
    return Owned<bufferevent>(bufferevent_openssl_socket_new(
        base_.get(), fd, session, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE));
  }

  void accept(int fd, std::string peer) {
    const auto room = static_cast<std::size_t>(options_.max_connections);
    const bool full = connections_.size() >= room && !make_room();
    auto stream = full && connections_.size() >= room + kTurnedAway ? nullptr : make_stream(fd);
    if (!stream) {
      ::close(fd);
      return;
    }
    auto connection = std::make_shared<Connection>(context_, std::move(stream), std::move(peer));
    connections_.emplace(connection.get(), connection);
    if (!connection->start()) return connection->close();
    if (full) connection->refuse({503, "too many connections"});
  }

  bool make_room() {
    Connection* oldest = nullptr;
    for (const auto& [connection, owner] : connections_) {
      if (!connection->waiting()) continue;
      if (oldest == nullptr || connection->waiting_since() < oldest->waiting_since()) oldest = connection;
    }
    if (oldest != nullptr) oldest->close();
    return oldest != nullptr;
  }

  void forget(const Connection& connection) {
    connections_.erase(const_cast<Connection*>(&connection));
    if (stopping_ && connections_.empty()) event_base_loopbreak(base_.get());
  }

  void begin_stop(Millis grace) {
    stopping_ = true;
    listeners_.clear();
    renew_connections();
    if (connections_.empty() || grace <= Millis{0}) {
      event_base_loopbreak(base_.get());
      return;
    }
    const timeval wait{static_cast<time_t>(grace.count() / 1000),
                       static_cast<suseconds_t>(grace.count() % 1000 * 1000)};
    event_add(deadline_.get(), &wait);
  }

  void close_all() {
    const auto connections = connections_;
    for (const auto& [connection, owner] : connections) connection->close();
    event_base_loop(base_.get(), EVLOOP_NONBLOCK);  // libevent closes descriptors from its loop
  }

  // Constant after open().
  const ServerOptions options_;
  const Handler handler_;
  Log& log_;
  Owned<event_base> base_;
  std::shared_ptr<Inbox> inbox_;
  std::vector<std::string> addresses_;
  std::vector<std::string> unix_paths_;
  std::thread thread_;
  std::atomic<bool> stopped_{false};

  // The loop's thread only.
  ConnectionContext context_;
  std::vector<Owned<evconnlistener>> listeners_;
  Owned<event> resume_;
  Owned<event> deadline_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  bool stopping_ = false;
};

}  // namespace

const std::string* Request::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return equal_ignoring_case(header.first, name);
  });
  return found == headers.end() ? nullptr : &found->second;
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler, Log& log) {
  auto server = std::make_unique<ServerImpl>(std::move(options), std::move(handler), log);
  if (auto opened = server->open(); !opened) return failure(opened.error());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace agora_exporter::http
