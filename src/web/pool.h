// A few threads that work off a bounded queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "agora_exporter/base/mutex.h"

namespace agora_exporter::web {

class Pool {
 public:
  using Job = std::function<void()>;

  // At most `room` jobs wait. Jobs must not throw.
  Pool(std::size_t threads, std::size_t room);
  // Ends the jobs that run; those that wait are dropped.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // False if the queue is full. From any thread.
  bool post(Job job);

 private:
  void work();

  const std::size_t room_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_ AGORA_GUARDED_BY(mutex_);
  bool ending_ AGORA_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace agora_exporter::web
