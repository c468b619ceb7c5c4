// A client that sends bytes as they are given and reads what comes back: for requests no library would send.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace agora_exporter::http::test {

struct RawAnswer {
  int status = 0;  // 0: none
  std::map<std::string, std::string> headers;
  std::string body;
};

class RawClient {
 public:
  // "127.0.0.1:1234", "[::1]:1234", "unix:/path". A receive buffer of a few kilobytes makes a slow reader
  // slow.
  explicit RawClient(const std::string& address, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // How long a read waits for a byte; 20 s unless told.
  void be_patient_for(std::chrono::milliseconds time);
  bool connected() const { return connected_; }
  // False once the server has closed.
  bool send(std::string_view bytes);
  void shut_sending();
  // One answer by its Content-Length; the rest stays for the next call. `without_body` for HEAD.
  RawAnswer read_answer(bool without_body = false);
  // One read of at most `most` bytes: empty at the end, or if nothing comes in time.
  std::string read_some(std::size_t most);
  // Everything until the server closes.
  std::string read_all();
  // Whether the last read ended in a reset rather than an orderly end.
  bool was_reset() const { return was_reset_; }
  // Whether it ended because nothing came.
  bool timed_out() const { return timed_out_; }
  // Whether the server closes in time; throws away what it still sends.
  bool sees_close();

 private:
  int fd_ = -1;
  bool connected_ = false;
  bool was_reset_ = false;
  bool timed_out_ = false;
  std::string rest_;
};

RawAnswer parse_answer(std::string_view bytes);

}  // namespace agora_exporter::http::test
