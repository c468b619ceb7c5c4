#include "http/inbox.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace agora_exporter::http {
namespace {

// What goes through the pipe: shorter than PIPE_BUF, so that it is written whole or not at all.
struct Message {
  Inbox::Task* task = nullptr;
};

// The next task; nullptr if there is none.
std::unique_ptr<Inbox::Task> take(int read_end) {
  Message message;
  if (::read(read_end, &message, sizeof message) != static_cast<ssize_t>(sizeof message)) return nullptr;
  return std::unique_ptr<Inbox::Task>(message.task);
}

}  // namespace

Inbox::~Inbox() {
  if (read_end_ < 0) return;
  while (take(read_end_)) {
  }
  ::close(read_end_);
  ::close(write_end_);
}

// A task left in the pipe may hold a Responder, which holds this: without its end here none of them would
// ever go.
void Inbox::close() {
  readable_.reset();
  if (read_end_ < 0) return;
  while (take(read_end_)) {
  }
}

Result<void> Inbox::open(event_base* base) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return failure(std::string("no pipe can be made: ") + std::strerror(errno));
  }
  read_end_ = ends[0];
  write_end_ = ends[1];
  readable_.reset(event_new(base, read_end_, EV_READ | EV_PERSIST, &Inbox::on_readable, this));
  if (!readable_ || event_add(readable_.get(), nullptr) != 0) return failure("libevent takes no event");
  return {};
}

void Inbox::leave_loop() {
  // What a task lets go of may post in turn.
  while (!local_.empty()) std::exchange(local_, {}).clear();
  loop_ = std::thread::id();
}

void Inbox::post(Task task) {
  if (std::this_thread::get_id() == loop_.load()) {
    local_.push_back(std::move(task));
    event_active(readable_.get(), EV_READ, 0);
    return;
  }
  auto owner = std::make_unique<Task>(std::move(task));
  const Message message{owner.get()};
  for (;;) {
    const auto written = ::write(write_end_, &message, sizeof message);
    if (written == static_cast<ssize_t>(sizeof message)) break;
    if (written < 0 && errno == EAGAIN) {  // thousands of tasks stand before this one: the loop is busy
      pollfd wait{write_end_, POLLOUT, 0};
      ::poll(&wait, 1, 100);
    } else if (errno != EINTR) {
      return;  // cannot happen while both ends are open
    }
  }
  static_cast<void>(owner.release());  // the loop has it
}

void Inbox::on_readable(int, short, void* self) { static_cast<Inbox*>(self)->run_all(); }

void Inbox::run_all() {
  auto local = std::exchange(local_, {});
  for (auto& task : local) task();
  while (const auto task = take(read_end_)) (*task)();
}

}  // namespace agora_exporter::http
