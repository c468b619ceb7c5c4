// Passwords held against bcrypt hashes. A hash takes long on purpose: never in the event loop.
#pragma once

#include <array>
#include <string>
#include <unordered_set>

#include "agora_exporter/http/basic_auth.h"

namespace agora_exporter::web {

// Whether the password is the one that was hashed. Takes a tenth of a second at the usual cost; any thread.
bool is_password(const std::string& password, const std::string& hash);

// A hash that no password has and that takes as long to check as `hash`.
std::string unmatched_hash(const std::string& hash);

// What has been verified, so that a scraper pays once. Holds no password, only digests that say nothing
// without this process' own key. One thread.
class Verified {
 public:
  Verified();

  using Digest = std::string;
  Digest digest(const http::UserAndPassword& given, const std::string& hash) const;
  bool contains(const Digest& digest) const { return known_.contains(digest); }
  void insert(const Digest& digest);

 private:
  std::array<unsigned char, 32> key_{};
  std::unordered_set<Digest> known_;
};

}  // namespace agora_exporter::web
