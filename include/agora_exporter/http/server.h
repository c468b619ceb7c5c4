// An HTTP/1.1 server over libevent's bufferevents, as web and the simulator need it: one event loop in a
// thread of its own, answers may come from any thread. Not over evhttp, which is lax: here what two readers
// could read differently (RFC 9112, sections 5 and 6) gets 400 and a closed connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agora_exporter/base/log.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/base/time.h"
#include "agora_exporter/http/tls.h"

namespace agora_exporter::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // one of ServerOptions::methods, if any are named
  std::string path;    // decoded, without the query
  std::string query;   // raw, without '?'
  Headers headers;
  std::string body;
  std::string peer;  // "127.0.0.1:40312"

  // Case-insensitive; nullptr if absent.
  const std::string* header(std::string_view name) const;
};

// What a simulator of a faulty server does to an answer; a real one never sets it.
struct Fault {
  enum class Kind { none, reset, cut_body, wrong_content_length, hang } kind = Kind::none;
  // cut_body: how much of the body is sent, under the right Content-Length, before the connection is closed.
  // wrong_content_length: the length declared over a body that is sent whole, before the connection is
  // closed; 0 stands for one byte more than there is.
  std::size_t after_bytes = 0;
};

// A body that several answers share.
using SharedPieces = std::shared_ptr<const std::vector<std::string>>;

struct Response {
  int status = 200;
  Headers headers = {};                  // Content-Length, Date and Connection are the server's
  std::vector<std::string> pieces = {};  // the body; sent piece by piece as the reader takes them
  Fault fault = {};
  SharedPieces shared = {};  // if set, the body, instead of `pieces`
};

// Call it once, from any thread; a second call, or one after the connection is gone, does nothing. If every
// copy of it goes without having been called, the server answers 500. A HEAD is answered as a GET would be;
// the server leaves out the body.
using Responder = std::function<void(Response)>;
// Called in the event loop: must not block. Long work goes elsewhere and answers later.
using Handler = std::function<void(Request, Responder)>;

struct ServerOptions {
  std::vector<std::string> listen;  // "127.0.0.1:0", ":10469" (all addresses), "[::1]:9000", "unix:/path"
  std::size_t max_header_bytes = 16 * 1024;
  std::size_t max_body_bytes = 64 * 1024;
  int max_connections = 256;
  Seconds idle_timeout{30};   // between requests, and for a request to come in whole
  Seconds write_timeout{30};  // for a response to be taken whole: slow readers are cut off
  // Others are answered 405 before the handler; empty: the handler gets all.
  std::vector<std::string> methods{"GET", "HEAD", "POST"};
  bool send_date = true;
  std::function<std::int64_t()> date;  // Unix seconds for the Date header, asked for in the event loop; empty
                                       // = the machine's clock
  // What new connections speak TLS with, asked for in the event loop for each; empty, or nullptr = plain.
  std::function<std::shared_ptr<const Tls>()> tls;
};

class Server {
 public:
  // Listens at once; the handler runs until stop() or destruction. Over max_connections the connection that
  // has waited longest for its next request makes room; if there is none, the newcomer gets 503. `log` must
  // outlive the server.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler, Log& log);
  virtual ~Server() = default;
  // The bound addresses, port 0 replaced: "127.0.0.1:43121".
  virtual std::vector<std::string> addresses() const = 0;
  // Runs a task in the event loop, soon, unless the server stops first. From any thread.
  virtual void post(std::function<void()> task) = 0;
  // Closes connections that wait for a request, and the others with the answer that they are owed: what was
  // agreed on with them no longer holds. In the event loop.
  virtual void renew_connections() = 0;
  // Stops accepting, lets running answers end for at most `grace`, then closes. From any thread but the
  // loop's; one thread calls it (a second call does nothing). Destruction is stop(0).
  virtual void stop(Millis grace) = 0;
};

// "a=1&b=x%20y" -> pairs, percent-decoded, '+' as a space; nullopt if an escape is broken.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(const std::string& query);

}  // namespace agora_exporter::http
