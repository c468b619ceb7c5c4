// One connection: requests are read, handled and answered one after the other. Lives in the event loop's
// thread; only the Responder that it hands out may be called elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "agora_exporter/http/server.h"
#include "http/inbox.h"
#include "http/libevent.h"
#include "http/request_head.h"
#include "http/response_head.h"

namespace agora_exporter::http {

class Connection;

// What the connections of a server have in common. Outlives them.
struct ConnectionContext {
  event_base* base = nullptr;
  const ServerOptions& options;
  const Handler& handler;
  Log& log;
  std::shared_ptr<Inbox> inbox;
  std::function<void(const Connection&)> closed;  // takes it out of the server's set
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ConnectionContext& context, Owned<bufferevent> stream, std::string peer);

  // False if libevent takes no more events.
  bool start();
  // Whether it waits for a request, and since when.
  bool waiting() const { return state_ == State::reading; }
  std::chrono::steady_clock::time_point waiting_since() const { return waiting_since_; }
  // For the end of the server: closes at once, or after the answer that is under way.
  void finish();
  void close();
  // Answers so, whatever has been asked, and closes.
  void refuse(const Refusal& refusal);
  // By the Responder, in the loop's thread.
  void answer(Response response);

 private:
  enum class State {
    reading,   // waits for a request, or for the rest of one
    handling,  // the handler has it
    hanging,   // Fault::hang: until the client goes
    writing,   // the answer goes out
    draining,  // our side is shut; what the client still sends is thrown away, so that it reads the answer
               // before a reset could reach it
    closed
  };

  static void on_read(bufferevent*, void* self);
  static void on_write(bufferevent*, void* self);
  static void on_event(bufferevent*, short what, void* self);
  static void on_timer(int, short, void* self);

  void log_tls_error();
  int fd() const { return bufferevent_getfd(stream_.get()); }
  void arm(Millis timeout);
  void begin_reading();
  void read_input();
  void advance();
  bool take_head();
  void hand_over();
  void send(Response response, bool without_body);
  void send_more();
  void sent_all();
  void drain();
  void reset();

  ConnectionContext& context_;
  Owned<bufferevent> stream_;
  Owned<event> timer_;
  const std::string peer_;
  State state_ = State::reading;
  std::chrono::steady_clock::time_point waiting_since_ = std::chrono::steady_clock::now();

  // Reading.
  std::string in_;  // not yet understood
  std::size_t scanned_ = 0;
  bool begun_ = false;  // the first byte of the request is here
  std::optional<RequestHead> head_;
  bool peer_shut_ = false;  // it sends no more, but may still read

  // Answering.
  bool keep_alive_ = false;
  bool http_1_0_ = false;
  bool is_head_ = false;
  SharedPieces pieces_;
  std::size_t next_piece_ = 0;
  std::uint64_t left_ = 0;  // bytes of the body still to be handed to libevent
  std::size_t drained_ = 0;
};

}  // namespace agora_exporter::http
