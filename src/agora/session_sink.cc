// call/sessions: specification, "Get session details".
#include <algorithm>
#include <utility>

#include "agora/answer_sink.h"
#include "agora_exporter/agora/plans.h"

namespace agora_exporter::agora {
namespace {

class SessionSink final : public AnswerSink {
 public:
  explicit SessionSink(const CallSessionsQuery& query) : AnswerSink("call_info") {
    page_.page_no = query.page_no.value_or(1);
    page_.page_size = query.page_size.value_or(kPageSize);
  }

  Body take() override {
    // Left out: what is there is all there is.
    page_.total_size = total_size_.value_or(static_cast<std::int64_t>(page_.sessions.size()));
    return std::move(page_);
  }

 private:
  void begin_entry() override {
    entry_ = {};
    uid_.reset();
    joined_.reset();
  }
  void end_entry() override {
    // Without these three a session cannot be told from another, or not be placed in time.
    if (entry_.sid.empty() || !uid_ || !joined_) return skip(1);
    entry_.uid = *uid_;
    entry_.joined = *joined_;
    if (!entry_.finished) entry_.left.reset();
    page_.sessions.push_back(std::move(entry_));
  }
  void entry_field(std::string_view key, const Scalar& value) override {
    if (std::string* const text = text_field(key)) {
      *text = value.as_text().value_or("");
    } else if (key == "uid") {
      uid_ = uid_of(value);
    } else if (key == "join_ts") {
      joined_ = time_of(value);
    } else if (key == "leave_ts") {
      entry_.left = time_of(value);
    } else if (key == "finished") {
      entry_.finished = value.as_boolean().value_or(false);
    } else if (key == "speaker") {
      entry_.speaker = value.as_boolean().value_or(false);
    }
  }
  std::string* text_field(std::string_view key) {
    const std::pair<std::string_view, std::string*> fields[] = {{"sid", &entry_.sid},
                                                                {"cname", &entry_.channel},
                                                                {"account", &entry_.account},
                                                                {"network", &entry_.network},
                                                                {"platform", &entry_.platform},
                                                                {"sdk_version", &entry_.sdk_version},
                                                                {"device_type", &entry_.device_type}};
    for (const auto& [name, text] : fields) {
      if (name == key) return text;
    }
    return nullptr;
  }
  void root_field(std::string_view key, const Scalar& value) override {
    const std::optional<std::int64_t> number = value.as_integer();
    if (!number || *number < 0) return;
    const int bounded = static_cast<int>(std::min<std::int64_t>(*number, INT32_MAX));
    if (key == "total_size") total_size_ = number;
    if (key == "page_no") page_.page_no = bounded;
    if (key == "page_size") page_.page_size = bounded;
  }

  SessionPage page_;
  std::optional<std::int64_t> total_size_;
  SessionEntry entry_;
  std::optional<std::uint32_t> uid_;
  std::optional<WorldTime> joined_;
};

}  // namespace

std::unique_ptr<AnswerSink> make_session_sink(const CallSessionsQuery& query) {
  return std::make_unique<SessionSink>(query);
}

}  // namespace agora_exporter::agora
