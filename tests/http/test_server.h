// A server on a free port whose handler each test gives.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "agora_exporter/http/server.h"

namespace agora_exporter::http::test {

inline ServerOptions on_free_port() {
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  return options;
}

class TestServer {
 public:
  explicit TestServer(Handler handler, ServerOptions options = on_free_port()) {
    auto started = Server::start(std::move(options), std::move(handler), null_log());
    if (!started) {
      ADD_FAILURE() << started.error().text();
      return;
    }
    server_ = std::move(*started);
  }
  Server& operator*() const { return *server_; }
  Server* operator->() const { return server_.get(); }
  std::string address(std::size_t index = 0) const { return server_->addresses().at(index); }

 private:
  std::unique_ptr<Server> server_;
};

// Answers with what it understood: "METHOD path ?query body".
inline void echo(const Request& request, const Responder& respond) {
  Response response;
  response.headers = {{"Content-Type", "text/plain"}};
  response.pieces = {request.method + ' ' + request.path + " ?" + request.query + ' ' + request.body};
  respond(std::move(response));
}

}  // namespace agora_exporter::http::test
