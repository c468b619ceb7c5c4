#include "storage/compress.h"

#include <zstd.h>

#include <algorithm>
#include <memory>

namespace agora_exporter::storage {
namespace {

constexpr int kLevel = 1;  // measured: higher ones gain a few percent for several times the time

struct FreeContext {
  void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
  void operator()(ZSTD_DCtx* c) const { ZSTD_freeDCtx(c); }
};

}  // namespace

void compress_onto(std::string& out, std::string_view bytes) {
  // One context a thread: making one costs more than a small record.
  static thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> kContext(ZSTD_createCCtx());
  const std::size_t before = out.size();
  out.resize(before + ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compressCCtx(kContext.get(), out.data() + before, out.size() - before,
                                             bytes.data(), bytes.size(), kLevel);
  // Room for compressBound is all it can ask for.
  out.resize(before + (ZSTD_isError(size) != 0 ? 0 : size));
}

Result<std::string> decompress(std::string_view bytes, std::size_t most) {
  static thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> kContext(ZSTD_createDCtx());
  ZSTD_DCtx_reset(kContext.get(), ZSTD_reset_session_only);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::string out;
  ZSTD_outBuffer to{nullptr, 0, 0};
  while (true) {
    if (to.pos == out.size()) {
      if (out.size() >= most) return failure("decompresses to too much");
      out.resize(std::min(most, std::max<std::size_t>({4'096, bytes.size() * 4, out.size() * 2})));
      to.dst = out.data();
      to.size = out.size();
    }
    const std::size_t before = in.pos + to.pos;
    const std::size_t left = ZSTD_decompressStream(kContext.get(), &to, &in);
    if (ZSTD_isError(left) != 0)
      return failure(std::string("does not decompress: ") + ZSTD_getErrorName(left));
    if (left == 0) break;
    if (to.pos < to.size && in.pos + to.pos == before) return failure("the compressed data is cut off");
  }
  if (in.pos != in.size) return failure("something follows the compressed data");
  out.resize(to.pos);
  return out;
}

}  // namespace agora_exporter::storage
