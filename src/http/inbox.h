// How any thread hands work to the event loop. Pointers to tasks travel through a pipe (a write of a pointer
// is atomic), so there is no lock, and the write wakes the loop by itself.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "agora_exporter/base/result.h"
#include "http/libevent.h"

namespace agora_exporter::http {

// Shared by the server and by every Responder that it has handed out; tasks that are posted after the loop
// has ended are never run, only freed.
class Inbox {
 public:
  using Task = std::function<void()>;

  Inbox() = default;
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // Before the loop runs.
  Result<void> open(event_base* base);
  // First and last thing in the loop's thread. Tasks that have not run by the last are not run any more.
  void enter_loop() { loop_ = std::this_thread::get_id(); }
  void leave_loop();
  // Before the base goes, with the loop's thread joined.
  void close();

  // Any thread. A task posted in the loop's own thread runs after the callback that posts it.
  void post(Task task);

 private:
  static void on_readable(int fd, short what, void* self);
  void run_all();

  int read_end_ = -1;
  int write_end_ = -1;
  // None while no loop runs: the id of an ended thread may be given to another.
  std::atomic<std::thread::id> loop_;
  std::vector<Task> local_;  // the loop's thread only
  Owned<event> readable_;
};

}  // namespace agora_exporter::http
