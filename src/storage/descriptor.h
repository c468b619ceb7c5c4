// An open file, and what the system says of it.
#pragma once

#include <unistd.h>

#include <string>
#include <utility>

#include "agora_exporter/base/result.h"

namespace agora_exporter::storage {

// `code` is errno's.
Error system_error(const std::string& what, const std::string& where, int code);

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace agora_exporter::storage
