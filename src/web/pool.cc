#include "web/pool.h"

#include <signal.h>

#include <utility>

namespace agora_exporter::web {

Pool::Pool(std::size_t threads, std::size_t room) : room_(room) {
  // Signals are the main thread's: these threads inherit a mask that blocks them.
  sigset_t ours;
  sigset_t before;
  sigemptyset(&ours);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE})
    sigaddset(&ours, signal);
  pthread_sigmask(SIG_BLOCK, &ours, &before);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Pool::~Pool() {
  std::deque<Job> dropped;
  {
    MutexLock lock(mutex_);
    ending_ = true;
    dropped.swap(jobs_);
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool Pool::post(Job job) {
  {
    MutexLock lock(mutex_);
    if (ending_ || jobs_.size() >= room_) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void Pool::work() {
  for (;;) {
    Job job;
    {
      MutexLock lock(mutex_);
      while (!ending_ && jobs_.empty()) changed_.wait(mutex_);
      if (ending_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace agora_exporter::web
