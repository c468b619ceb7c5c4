// Errors are values: what failed, where, and what to do about it.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace agora_exporter {

struct Error {
  std::string what;    // "the journal file cannot be opened: No space left on device"
  std::string where;   // file, "file:line:column", account, endpoint; may be empty
  std::string remedy;  // what an operator can do; may be empty

  // "where: what (remedy)"
  std::string text() const {
    std::string text = where.empty() ? what : where + ": " + what;
    if (!remedy.empty()) text += " (" + remedy + ")";
    return text;
  }
};

// tl::expected is not [[nodiscard]]; this is.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> failure(std::string what, std::string where = {}, std::string remedy = {}) {
  return tl::unexpected<Error>(Error{std::move(what), std::move(where), std::move(remedy)});
}
inline tl::unexpected<Error> failure(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace agora_exporter
