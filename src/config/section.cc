#include "config/section.h"

#include <algorithm>
#include <charconv>

#include "config/values.h"

namespace agora_exporter::config {
namespace {

bool looks_octal(std::string_view text) {
  return text.size() > 1 && text[0] == '0' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string quote(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

Section::Section(const Node* node, std::string name, std::span<const std::string_view> keys,
                 std::vector<Problem>& problems)
    : node_(node), name_(std::move(name)), place_(node ? node->place : Place{}), problems_(problems) {
  if (!node_) return;
  if (node_->kind != Node::Kind::map) {
    problems_.push_back({place_,
                         (name_.empty() ? "the file" : name_) + " must be a map of keys, not " +
                             std::string(kind_in_words(*node_)),
                         ""});
    node_ = nullptr;
    return;
  }
  for (const Node::Entry& entry : node_->entries) {
    if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
    const std::string where = name_.empty() ? "" : " in " + name_;
    problems_.push_back(
        {entry.place, "unknown key " + quote(entry.key) + where, suggestion(entry.key, keys)});
  }
}

Place Section::place(std::string_view key) const {
  const Node* node = find(key);
  return node ? node->place : place_;
}

void Section::problem(std::string_view key, std::string what, std::string remedy) const {
  problems_.push_back({place(key), std::move(what), std::move(remedy)});
}

const Node* Section::scalar(std::string_view key, std::string_view wanted) const {
  const Node* node = find(key);
  if (!node) return nullptr;
  if (node->kind == Node::Kind::null) {
    problem(key, name_of(key) + " has no value", "write " + std::string(wanted) + ", or leave the key out");
    return nullptr;
  }
  if (node->kind != Node::Kind::scalar) {
    problem(key,
            name_of(key) + " must be " + std::string(wanted) + ", not " + std::string(kind_in_words(*node)));
    return nullptr;
  }
  return node;
}

void Section::read(std::string_view key, bool& value) const {
  const Node* node = scalar(key, "true or false");
  if (!node) return;
  if (!node->quoted && (node->text == "true" || node->text == "false")) {
    value = node->text == "true";
    return;
  }
  problem(key, name_of(key) + " must be true or false, not " + quote(node->text));
}

void Section::read(std::string_view key, std::string& value) const {
  if (const Node* node = scalar(key, "text")) value = node->text;
}

bool Section::refuse_octal(std::string_view key, const std::string& text) const {
  if (!looks_octal(text)) return false;
  std::uint64_t octal = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, octal, 8);
  const std::string reading =
      stop == end && error == std::errc{} ? "; YAML reads it as " + std::to_string(octal) : "";
  problem(key, name_of(key) + " has a leading zero: " + text + reading,
          "write " + text.substr(std::min(text.find_first_not_of('0'), text.size() - 1)));
  return true;
}

void Section::read_number(std::string_view key, std::uint64_t& value, std::uint64_t least,
                          std::uint64_t most) const {
  const Node* node = scalar(key, "a whole number");
  if (!node || refuse_octal(key, node->text)) return;
  const auto number = node->quoted ? std::nullopt : parse_number(node->text);
  if (!number) {
    problem(key, name_of(key) + " must be a whole number, not " + quote(node->text),
            node->quoted && parse_number(node->text) ? "without quotes" : "");
    return;
  }
  if (*number < least || *number > most) {
    problem(key, name_of(key) + " must be from " + std::to_string(least) + " to " + std::to_string(most) +
                     ", not " + node->text);
    return;
  }
  value = *number;
}

void Section::read_positive(std::string_view key, double& value, std::uint64_t most) const {
  const Node* node = scalar(key, "a number");
  if (!node || refuse_octal(key, node->text)) return;
  const auto number = node->quoted ? std::nullopt : parse_decimal(node->text);
  if (!number) {
    problem(key, name_of(key) + " must be a number, not " + quote(node->text),
            node->quoted && parse_decimal(node->text) ? "without quotes" : "such as 2 or 0.5");
    return;
  }
  if (!(*number > 0) || *number > static_cast<double>(most)) {
    problem(key,
            name_of(key) + " must be above 0 and at most " + std::to_string(most) + ", not " + node->text);
    return;
  }
  value = *number;
}

void Section::read_duration(std::string_view key, Seconds& value, Seconds least, Seconds most) const {
  const Node* node = scalar(key, "a duration such as 30m");
  if (!node) return;
  const auto duration = parse_duration(node->text);
  if (!duration) {
    const auto bare = parse_number(node->text);
    problem(key, name_of(key) + " must be a duration, not " + quote(node->text),
            bare ? "with a unit: " + node->text + "s or " + node->text + "m"
                 : "such as 90s, 30m, 1m30s, 72h or 3d");
    return;
  }
  if (*duration < least || *duration > most) {
    problem(key, name_of(key) + " must be from " + duration_to_text(least) + " to " + duration_to_text(most) +
                     ", not " + node->text);
    return;
  }
  value = *duration;
}

void Section::read_size(std::string_view key, std::uint64_t& value, std::uint64_t least) const {
  const Node* node = scalar(key, "a size such as 2GiB");
  if (!node) return;
  const auto size = parse_size(node->text);
  if (!size) {
    problem(key, name_of(key) + " must be a size, not " + quote(node->text), "such as 500MB or 2GiB");
  } else if (*size < least) {
    problem(key, name_of(key) + " must be at least " + size_to_text(least) + ", not " + node->text);
  } else {
    value = *size;
  }
}

void Section::read_choice(std::string_view key, std::size_t& value,
                          std::span<const std::string_view> words) const {
  const Node* node = scalar(key, "a word");
  if (!node) return;
  const auto found = std::find(words.begin(), words.end(), node->text);
  if (found != words.end()) {
    value = static_cast<std::size_t>(found - words.begin());
    return;
  }
  problem(key, name_of(key) + " cannot be " + quote(node->text), suggestion(node->text, words));
}

std::span<const Node> Section::list(std::string_view key) const {
  const Node* node = find(key);
  if (!node) return {};
  if (node->kind != Node::Kind::list) {
    problem(key, name_of(key) + " must be a list, not " + std::string(kind_in_words(*node)),
            node->kind == Node::Kind::scalar ? "write it in brackets: [...]" : "");
    return {};
  }
  return node->items;
}

bool Section::read_list(std::string_view key, std::vector<Item>& items) const {
  const Node* node = find(key);
  if (!node) return false;
  const std::size_t before = problems_.size();
  items.clear();
  for (const Node& item : list(key)) {
    if (item.kind != Node::Kind::scalar) {
      problems_.push_back(
          {item.place,
           "an item of " + name_of(key) + " must be a single value, not " + std::string(kind_in_words(item)),
           ""});
      continue;
    }
    const auto same = [&](const Item& other) { return other.text == item.text; };
    if (std::any_of(items.begin(), items.end(), same)) {
      problems_.push_back({item.place, quote(item.text) + " is listed twice in " + name_of(key), ""});
      continue;
    }
    items.push_back({item.text, item.place});
  }
  return problems_.size() == before;
}

bool Section::read_words(std::string_view key, std::vector<std::string>& values,
                         std::span<const std::string_view> words) const {
  std::vector<Item> items;
  if (!read_list(key, items)) return false;
  values.clear();
  bool good = true;
  for (const Item& item : items) {
    if (std::find(words.begin(), words.end(), item.text) == words.end()) {
      problems_.push_back({item.place, "unknown item " + quote(item.text) + " in " + name_of(key),
                           suggestion(item.text, words)});
      good = false;
    }
    values.push_back(item.text);
  }
  return good;
}

const Node* Section::map(std::string_view key) const {
  const Node* node = find(key);
  if (!node) return nullptr;
  if (node->kind == Node::Kind::map) return node;
  problem(key, name_of(key) + " must be a map of keys, not " + std::string(kind_in_words(*node)),
          node->kind == Node::Kind::null ? "leave the key out for the defaults" : "");
  return nullptr;
}

}  // namespace agora_exporter::config
