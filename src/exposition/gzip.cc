#include <libdeflate.h>

#include <memory>
#include <new>

#include "agora_exporter/exposition/page.h"

namespace agora_exporter::exposition {
namespace {

// Level 1: a scrape waits for it, and the page compresses tenfold anyway.
constexpr int kLevel = 1;

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

}  // namespace

std::string gzip(const std::vector<std::string>& pieces) {
  // libdeflate compresses a buffer at a time, and always into a whole member.
  std::string joined;
  const std::string* all = &joined;
  if (pieces.size() == 1) {
    all = &pieces.front();
  } else {
    std::size_t size = 0;
    for (const auto& piece : pieces) size += piece.size();
    joined.reserve(size);
    for (const auto& piece : pieces) joined += piece;
  }

  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(
      libdeflate_alloc_compressor(kLevel));
  if (!compressor) throw std::bad_alloc();
  // Not a std::string: it would write zeros over the bound, which is as large as the page.
  const std::size_t bound = libdeflate_gzip_compress_bound(compressor.get(), all->size());
  const std::unique_ptr<char[]> out(new char[bound]);
  const std::size_t written =
      libdeflate_gzip_compress(compressor.get(), all->data(), all->size(), out.get(), bound);
  return {out.get(), written};
}

}  // namespace agora_exporter::exposition
