#include "agora_exporter/base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <cstdio>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/log_line.h"
#include "base/log_writer.h"

namespace agora_exporter {
namespace {

constexpr Seconds kRepeatWindow{60};
// Lines remembered at once; past it the oldest habits are forgotten, so that ever-new lines cannot fill the
// memory.
constexpr std::size_t kRemembered = 1'024;

// Drops what repeats and writes the rest. base_sink holds its lock around sink_it_() and flush_().
class RepeatSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  RepeatSink(LogFormat format, const Clock& clock, LogSink out)
      : format_(format), clock_(clock), out_(std::move(out)) {}

  // Lines whose repetition was not said yet are written once more, with their count.
  void finish() {
    const std::lock_guard lock(mutex_);
    forget(true);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string body(message.payload.data(), message.payload.size());
    const SteadyTime now = clock_.steady();
    const auto [at, is_new] = lines_.try_emplace(body);
    Line& line = at->second;
    if (!is_new && now - line.written < kRepeatWindow) {
      ++line.repeated;
      return;
    }
    write(body, std::exchange(line.repeated, 0));
    line.written = now;
    if (lines_.size() > kRemembered) forget(false);
    if (lines_.size() > kRemembered) forget(true);
  }
  void flush_() override {}

 private:
  struct Line {
    SteadyTime written{};
    std::int64_t repeated = 0;
  };

  void write(std::string_view body, std::int64_t repeated) {
    out_(log_line(format_, clock_.now(), body, repeated));
  }
  void forget(bool all) {
    const SteadyTime now = clock_.steady();
    std::erase_if(lines_, [&](const auto& entry) {
      const Line& line = entry.second;
      if (!all && now - line.written < kRepeatWindow) return false;
      if (line.repeated > 0) write(entry.first, line.repeated);
      return true;
    });
  }

  const LogFormat format_;
  const Clock& clock_;
  const LogSink out_;
  std::unordered_map<std::string, Line> lines_;
};

class Writer final : public Log {
 public:
  Writer(LogLevel least, LogFormat format, std::shared_ptr<RepeatSink> sink)
      : least_(least), format_(format), sink_(std::move(sink)), logger_("", sink_) {
    logger_.set_level(spdlog::level::trace);
  }
  ~Writer() override { sink_->finish(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) override {
    if (level < least_) return;
    const std::string body = log_body(format_, level, message, {fields.begin(), fields.size()});
    logger_.log(spdlog::level::info, spdlog::string_view_t(body.data(), body.size()));
  }

 private:
  const LogLevel least_;
  const LogFormat format_;
  const std::shared_ptr<RepeatSink> sink_;
  spdlog::logger logger_;
};

class NullLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace

std::unique_ptr<Log> make_log(LogLevel least, LogFormat format, const Clock& clock, LogSink sink) {
  return std::make_unique<Writer>(least, format,
                                  std::make_shared<RepeatSink>(format, clock, std::move(sink)));
}

std::unique_ptr<Log> make_stderr_log(LogLevel least, LogFormat format, const Clock& clock) {
  return make_log(least, format, clock, [](std::string_view line) {
    // Standard error is not buffered; a reader that went away is no reason to fail.
    (void)std::fwrite(line.data(), 1, line.size(), stderr);
  });
}

Log& null_log() {
  static NullLog log;
  return log;
}

}  // namespace agora_exporter
