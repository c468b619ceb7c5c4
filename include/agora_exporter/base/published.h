// A value that one thread publishes and any thread reads.
#pragma once

#include <memory>
#include <utility>

#include "agora_exporter/base/mutex.h"

namespace agora_exporter {

// Readers hold an immutable snapshot; a later publish() does not touch it. Any thread may call either.
template <class T>
class Published {
 public:
  void publish(std::shared_ptr<const T> value) {
    {
      MutexLock lock(mutex_);
      value_.swap(value);
    }
    // The old value dies here, outside the lock: a World may take milliseconds to free.
  }
  std::shared_ptr<const T> get() const {
    MutexLock lock(mutex_);
    return value_;
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const T> value_ AGORA_GUARDED_BY(mutex_);
};

}  // namespace agora_exporter
