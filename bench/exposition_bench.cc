// A page of many sessions: render() and gzip(), against prometheus-cpp's TextSerializer over the same series
// in the same run. Ids are random and values noisy, since text that repeats itself flatters every compressor.
//
//   exposition_bench --benchmark_filter=... [the usual flags of Google Benchmark]
#include <benchmark/benchmark.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <limits>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/base/hash.h"
#include "agora_exporter/exposition/page.h"

namespace {

using namespace agora_exporter;
using prometheus::ClientMetric;
using prometheus::MetricFamily;

constexpr std::size_t kSessions = 25'000;         // x 40 series = 1 M
constexpr std::size_t kComparedSessions = 2'500;  // prometheus-cpp takes about 1 kB of memory a series
constexpr std::uint64_t kSeed = 20'261'124;
double fastest_render = std::numeric_limits<double>::infinity();
double fastest_serializer = std::numeric_limits<double>::infinity();

// One row a session with every mid of the catalog and the four counters.
std::shared_ptr<const timeline::World> make_world(std::size_t sessions) {
  std::mt19937_64 random(kSeed);
  std::uniform_real_distribution<double> unit(0, 1);
  const auto hex = [&] {
    std::string text;
    for (int i = 0; i < 32; ++i) text += "0123456789ABCDEF"[random() % 16];
    return text;
  };
  auto world = std::make_shared<timeline::World>();
  world->at = world_time(1'700'000'000);
  world->values.assign(agora::mids().size(), std::vector<double>(sessions));
  std::string call, channel;
  for (std::uint32_t i = 0; i < sessions; ++i) {
    if (i % 5 == 0) call = hex();
    if (i % 5 == 0) channel = "channel-" + std::to_string(random() % 100'000);
    auto text = std::make_shared<timeline::SessionText>();
    *text = {"my-app", channel,   call, hex(), std::to_string(random() & 0xFFFFFFFF), "Wi-Fi", "Android",
             "4.2.1",  "Pixel 7", true, 0};
    text->hash = stable_hash(text->sid);
    world->sessions.push_back({text, world->at - Seconds{600}, i, 1});
    world->rows.push_back({i, 0, std::floor(unit(random) * 3600), unit(random), 600, unit(random)});
    for (std::size_t mid = 0; mid < world->values.size(); ++mid) {
      const bool whole = agora::mids()[mid].unit == "pixels" || agora::mids()[mid].unit == "frames/s";
      world->values[mid][i] = whole ? std::floor(unit(random) * 1280) : unit(random) * 1000;
    }
  }
  return world;
}

// The same session series for prometheus-cpp: values and labels of `world`, ready to be serialised.
std::vector<MetricFamily> make_families(const timeline::World& world) {
  std::vector<MetricFamily> families;
  for (std::size_t mid = 0; mid < world.values.size(); ++mid) {
    MetricFamily family{"agora_session_" + std::string(agora::mids()[mid].family),
                        std::string(agora::mids()[mid].help),
                        prometheus::MetricType::Gauge,
                        {}};
    for (const auto& session : world.sessions) {
      const auto& text = *session.text;
      ClientMetric metric;
      metric.label = {{"app", text.app}, {"channel", text.channel}, {"call_id", text.call_id},
                      {"sid", text.sid}, {"uid", text.uid},         {"peer_uid", "0"}};
      metric.gauge.value = world.values[mid][session.first_row];
      family.metric.push_back(std::move(metric));
    }
    families.push_back(std::move(family));
  }
  return families;
}

exposition::PageOptions everything() {
  exposition::PageOptions options;
  options.max_series = std::numeric_limits<std::size_t>::max();
  return options;
}

std::size_t bytes_of(const std::vector<std::string>& pieces) {
  std::size_t bytes = 0;
  for (const auto& piece : pieces) bytes += piece.size();
  return bytes;
}

// The ratio is one of CPU times, which a busy machine disturbs least.
template <class Work>
void measure(benchmark::State& state, double series, double* fastest, Work work) {
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::clock_t begin = std::clock();
    bytes = work();
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    if (fastest) *fastest = std::min(*fastest, seconds / series);
  }
  state.counters["bytes"] = static_cast<double>(bytes);
  state.counters["series/s"] = benchmark::Counter(series, benchmark::Counter::kIsIterationInvariantRate);
}

double session_series(const timeline::World& world) {
  return static_cast<double>(world.sessions.size() * (world.values.size() + 6));
}

void render_million(benchmark::State& state) {
  const auto world = make_world(kSessions);
  measure(state, session_series(*world), nullptr, [&] { return bytes_of(render(*world, {}, everything())); });
}
void gzip_million(benchmark::State& state) {
  const auto world = make_world(kSessions);
  const auto pieces = render(*world, {}, everything());
  measure(state, session_series(*world), nullptr, [&] { return exposition::gzip(pieces).size(); });
}
// With a max_series that hides half of the sessions.
void render_hiding_half(benchmark::State& state) {
  const auto world = make_world(kSessions);
  exposition::PageOptions options;
  options.max_series = static_cast<std::size_t>(session_series(*world)) / 2;
  measure(state, session_series(*world) / 2, nullptr, [&] { return bytes_of(render(*world, {}, options)); });
}

void compared_render(benchmark::State& state) {
  const auto world = make_world(kComparedSessions);
  measure(state, session_series(*world), &fastest_render,
          [&] { return bytes_of(render(*world, {}, everything())); });
}
void compared_text_serializer(benchmark::State& state) {
  const auto families = make_families(*make_world(kComparedSessions));
  const double series = static_cast<double>(families.size() * kComparedSessions);
  const prometheus::TextSerializer serializer;
  measure(state, series, &fastest_serializer, [&] {
    std::ostringstream out;
    serializer.Serialize(out, families);
    return out.str().size();
  });
}

BENCHMARK(compared_render)->Unit(benchmark::kMillisecond);
BENCHMARK(compared_text_serializer)->Unit(benchmark::kMillisecond);
BENCHMARK(render_million)->Unit(benchmark::kMillisecond);
BENCHMARK(render_hiding_half)->Unit(benchmark::kMillisecond);
BENCHMARK(gzip_million)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  if (std::isfinite(fastest_render) && std::isfinite(fastest_serializer)) {
    std::printf("a series: render %.0f ns, prometheus-cpp TextSerializer %.0f ns, ratio %.1f\n",
                fastest_render * 1e9, fastest_serializer * 1e9, fastest_serializer / fastest_render);
  }
  return 0;
}
