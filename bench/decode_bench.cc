// A call/metrics answer of 20 sessions x 40 streams x 1,800 points (25 MB), whole numbers and with two
// decimals.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <variant>

#include "agora_exporter/agora/decode.h"

namespace agora_exporter::agora {
namespace {

std::string stream(std::mt19937& random, int mid, bool decimals) {
  std::string text = R"({"mid":)" + std::to_string(mid) + R"(,"kvs":[)";
  for (int i = 0; i < 1'800; ++i) {
    text += (i == 0 ? "[" : ",[") + std::to_string(1'548'670'000 + 2 * i) + "," +
            std::to_string(random() % 1'000);
    if (decimals) text += "." + std::to_string(10 + random() % 90);
    text += ']';
  }
  return text + R"(],"peer_uid":)" + std::to_string(random()) + "}";
}

HttpAnswer metrics_answer(bool decimals) {
  std::mt19937 random(1);
  HttpAnswer answer;
  answer.status = 200;
  answer.body = R"({"code":200,"message":"","metrics":[)";
  for (int session = 0; session < 20; ++session) {
    answer.body +=
        (session == 0 ? R"({"sid":"S)" : R"(,{"sid":"S)") + std::to_string(session) + R"(","data":[)";
    for (int i = 0; i < 40; ++i) {
      if (i > 0) answer.body += ',';
      answer.body += stream(random, 20'001 + i, decimals);
    }
    answer.body += "]}";
  }
  answer.body += "]}";
  return answer;
}

void BM_DecodeMetrics(benchmark::State& state) {
  const Request request{"app", CallMetricsQuery{{}, "c", {"S0"}}};
  const HttpAnswer answer = metrics_answer(state.range(0) != 0);
  for (auto _ : state) {
    const Decoded decoded = decode(request, answer);
    if (!std::holds_alternative<PointSet>(decoded.body)) std::abort();
    benchmark::DoNotOptimize(decoded);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(answer.body.size()));
}
BENCHMARK(BM_DecodeMetrics)->Arg(0)->Arg(1)->ArgName("decimals")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace agora_exporter::agora

BENCHMARK_MAIN();
