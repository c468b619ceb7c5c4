// Lines of a page into pieces of about 256 kB.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/families.h"

namespace agora_exporter::exposition {

// A million lines go through line(): the piece is written by a bare pointer, room is checked once a line. A
// piece ends between two lines. Not thread-safe.
class Writer {
 public:
  static constexpr std::size_t kPiece = 256 * 1024;

  // HELP and TYPE. Families are written one after the other, never interleaved.
  void head(std::string_view name, std::string_view type, std::string_view help);
  void head(const Family& family) { head(family.name, name_of(family.type), family.help); }

  // `labels` is a whole block, "{...}" or empty.
  void line(std::string_view name, std::string_view labels, double value);

  // buckets, sum and count. `labels` is what stands between the braces; `cumulative` has one entry more than
  // `bounds`, for +Inf.
  void histogram(const std::string& name, const std::string& labels, const std::vector<double>& bounds,
                 const std::vector<std::uint64_t>& cumulative, double sum);

  std::vector<std::string> take();

 private:
  char* room(std::size_t bytes);  // starts another piece if need be
  void finish_piece();

  std::vector<std::string> pieces_;
  // Written here first and copied once into a string of the right size: a std::string would be filled with
  // zeros before it can be written by pointer.
  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0;
  std::size_t used_ = 0;
};

}  // namespace agora_exporter::exposition
