// std::mutex with the annotations that clang's -Wthread-safety reads. The program needs it in three places:
// the published values, the queue of page jobs, the transport's wake-up. Another mutex is a design fault.
#pragma once

#include <mutex>

#if defined(__clang__)
#define AGORA_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define AGORA_THREAD_ATTRIBUTE(x)
#endif
#define AGORA_GUARDED_BY(x) AGORA_THREAD_ATTRIBUTE(guarded_by(x))
#define AGORA_REQUIRES(x) AGORA_THREAD_ATTRIBUTE(requires_capability(x))

namespace agora_exporter {

class AGORA_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() AGORA_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() AGORA_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class AGORA_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) AGORA_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() AGORA_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace agora_exporter
