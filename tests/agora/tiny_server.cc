#include "agora/tiny_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace agora_exporter::agora {
namespace {

void require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

struct OpenSslDeleter {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, OpenSslDeleter>;

class Connection final : public TinyConnection {
 public:
  Connection(int socket, int stop, SSL* ssl) : socket_(socket), stop_(stop), ssl_(ssl) {}

  // The head of the request, or nothing if the client went away.
  std::string read_head() {
    std::string head;
    std::array<char, 4'096> piece{};
    while (head.find("\r\n\r\n") == std::string::npos) {
      if (!readable()) return {};
      const int size = static_cast<int>(piece.size());
      const auto length = ssl_ != nullptr ? SSL_read(ssl_, piece.data(), size)
                                          : static_cast<int>(recv(socket_, piece.data(), piece.size(), 0));
      if (length <= 0) return {};
      head.append(piece.data(), static_cast<std::size_t>(length));
    }
    return head;
  }

  void send(const std::string& bytes) override {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const std::size_t left = bytes.size() - sent;
      const auto length = ssl_ != nullptr
                              ? SSL_write(ssl_, bytes.data() + sent, static_cast<int>(left))
                              : static_cast<int>(::send(socket_, bytes.data() + sent, left, MSG_NOSIGNAL));
      if (length <= 0) return;  // a client that hangs up is what some tests are about
      sent += static_cast<std::size_t>(length);
    }
  }
  void hold() override {
    std::array<char, 1> byte{};
    while (readable() && recv(socket_, byte.data(), byte.size(), 0) > 0) {
    }
  }
  void reset() override {
    const linger at_once{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }

 private:
  // False once the server stops.
  bool readable() const {
    if (ssl_ != nullptr && SSL_pending(ssl_) > 0) return true;
    std::array<pollfd, 2> waits{pollfd{socket_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    return poll(waits.data(), waits.size(), -1) > 0 && waits[1].revents == 0;
  }

  const int socket_;
  const int stop_;
  SSL* const ssl_;
};

}  // namespace

struct TinyServer::Tls {
  Owned<SSL_CTX> context{SSL_CTX_new(TLS_server_method())};

  explicit Tls(const test::Identity& identity) {
    const Owned<BIO> key_bio(BIO_new_mem_buf(identity.key.data(), static_cast<int>(identity.key.size())));
    const Owned<BIO> bio(
        BIO_new_mem_buf(identity.certificate.data(), static_cast<int>(identity.certificate.size())));
    const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
    const Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    require(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1, "certificate");
    require(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1, "key");
  }
};

TinyServer::TinyServer(Script script, const test::Identity* identity)
    : script_(std::move(script)), tls_(identity != nullptr ? std::make_unique<Tls>(*identity) : nullptr) {
  std::signal(SIGPIPE, SIG_IGN);  // SSL_write has no MSG_NOSIGNAL
  require(pipe(stop_) == 0, "pipe");
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  require(bind(listener_, generic, length) == 0 && listen(listener_, 64) == 0, "listen");
  require(getsockname(listener_, generic, &length) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

TinyServer::~TinyServer() {
  close(stop_[1]);
  acceptor_.join();
  for (std::thread& worker : workers_) worker.join();
  close(listener_);
  close(stop_[0]);
}

std::string TinyServer::url(const std::string& scheme) const {
  return scheme + "://127.0.0.1:" + std::to_string(port_);
}

void TinyServer::accept_loop() {
  while (true) {
    std::array<pollfd, 2> waits{pollfd{listener_, POLLIN, 0}, pollfd{stop_[0], POLLIN, 0}};
    if (poll(waits.data(), waits.size(), -1) <= 0 || waits[1].revents != 0) return;
    const int accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted >= 0) workers_.emplace_back([this, accepted] { serve(accepted); });
  }
}

void TinyServer::serve(int socket) {
  Owned<SSL> ssl(tls_ ? SSL_new(tls_->context.get()) : nullptr);
  bool ready = true;
  if (ssl) {
    SSL_set_fd(ssl.get(), socket);
    ready = SSL_accept(ssl.get()) == 1;
  }
  if (ready) {
    Connection connection(socket, stop_[0], ssl.get());
    const std::string head = connection.read_head();
    if (!head.empty()) {
      ++requests_;
      script_(connection, head);
    }
    if (ssl) SSL_shutdown(ssl.get());
  }
  close(socket);
}

std::string http_answer(int status, const std::string& body, const std::string& more_headers) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n" + more_headers + "\r\n" + body;
}

}  // namespace agora_exporter::agora
