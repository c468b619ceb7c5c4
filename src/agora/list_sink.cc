// call/lists: specification, "Get call list".
#include <algorithm>
#include <utility>

#include "agora/answer_sink.h"
#include "agora_exporter/agora/plans.h"

namespace agora_exporter::agora {
namespace {

std::optional<double> at_least_zero(const Scalar& value) {
  const auto number = value.as_number();
  return number && *number >= 0 ? number : std::nullopt;
}

class ListSink final : public AnswerSink {
 public:
  explicit ListSink(const CallListQuery& query)
      : AnswerSink("call_lists"), page_no_(query.page_no.value_or(1)), page_size_(query.page_size) {}

  Body take() override {
    list_.has_more = has_more_.value_or(more_by_size());
    return std::move(list_);
  }

 private:
  void begin_entry() override {
    entry_ = {};
    created_.reset();
  }
  void end_entry() override {
    if (entry_.call_id.empty() || !created_) return skip(1);
    entry_.created = *created_;
    if (!entry_.finished) entry_.destroyed.reset();
    list_.calls.push_back(std::move(entry_));
  }
  void entry_field(std::string_view key, const Scalar& value) override {
    if (key == "call_id") {
      entry_.call_id = value.as_text().value_or("");
    } else if (key == "cname") {
      entry_.channel = value.as_text().value_or("");
    } else if (key == "created_ts") {
      created_ = time_of(value);
    } else if (key == "destroyed_ts") {
      entry_.destroyed = time_of(value);
    } else if (key == "finished") {
      entry_.finished = value.as_boolean().value_or(false);
    } else if (key == "call_pcu") {
      entry_.peak_users = at_least_zero(value);
    } else if (key == "call_acu") {
      entry_.mean_users = at_least_zero(value);
    } else if (key == "call_audio_freeze_rate") {
      entry_.audio_freeze_ratio = at_least_zero(value);
    } else if (key == "call_video_freeze_rate") {
      entry_.video_freeze_ratio = at_least_zero(value);
    }
  }
  void root_field(std::string_view key, const Scalar& value) override {
    if (key == "has_more") {
      has_more_ = value.as_boolean();
    } else if (key == "total_size") {
      list_.total_size = value.as_integer();
    } else if (key == "page_size") {
      see_todays_server();
      if (const auto size = value.as_integer())
        page_size_ = static_cast<int>(std::clamp<std::int64_t>(*size, 1, 1'000));
    }
  }

  // Where has_more is left out: the calls before this page and on it do not make up the total.
  bool more_by_size() const {
    if (!list_.total_size) return false;
    const std::int64_t before = std::int64_t{page_no_ - 1} * page_size_.value_or(static_cast<int>(kListSize));
    return *list_.total_size > before + static_cast<std::int64_t>(list_.calls.size()) + skipped();
  }

  const int page_no_;
  std::optional<int> page_size_;
  CallList list_;
  CallEntry entry_;
  std::optional<WorldTime> created_;
  std::optional<bool> has_more_;
};

}  // namespace

std::unique_ptr<AnswerSink> make_list_sink(const CallListQuery& query) {
  return std::make_unique<ListSink>(query);
}

}  // namespace agora_exporter::agora
