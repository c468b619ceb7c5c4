// A server on loopback that does to a client whatever a test wants: cut bodies, hangs, resets, TLS.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/certificates.h"

namespace agora_exporter::agora {

class TinyConnection {
 public:
  virtual ~TinyConnection() = default;
  virtual void send(const std::string& bytes) = 0;
  // Blocks until the client has gone or the server is stopped.
  virtual void hold() = 0;
  // Ends the connection with a RST.
  virtual void reset() = 0;
};

class TinyServer {
 public:
  // Called once a connection, with the head of its request, on a thread of its own; returning closes the
  // connection.
  using Script = std::function<void(TinyConnection&, const std::string& request)>;

  explicit TinyServer(Script script, const test::Identity* identity = nullptr);
  ~TinyServer();
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;

  int port() const { return port_; }
  // Whole requests that came.
  int requests() const { return requests_; }
  std::string url(const std::string& scheme = "http") const;

 private:
  struct Tls;

  void accept_loop();
  void serve(int socket);

  const Script script_;
  std::unique_ptr<Tls> tls_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};  // a pipe: closing its writing end ends every wait
  int port_ = 0;
  std::atomic<int> requests_{0};
  std::vector<std::thread> workers_;  // of accept_loop() until it has ended
  std::thread acceptor_;
};

// An answer with Content-Length and Connection: close.
std::string http_answer(int status, const std::string& body, const std::string& more_headers = "");

}  // namespace agora_exporter::agora
