// A map of the file, read key by key with the type and range each must have. What is wrong is added to the
// problems and the default stays, so that one run finds every error.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agora_exporter/base/time.h"
#include "config/tree.h"

namespace agora_exporter::config {

// One value of a list, with its place.
struct Item {
  std::string text;
  Place place;
};

class Section {
 public:
  // `node` must be a map, or nullptr where the file lacks the section; unknown keys are problems at once.
  // `name` is for messages: "accounts[0].http". Both references must outlive the section.
  Section(const Node* node, std::string name, std::span<const std::string_view> keys,
          std::vector<Problem>& problems);

  bool has(std::string_view key) const { return find(key) != nullptr; }
  bool is_list(std::string_view key) const { return has(key) && find(key)->kind == Node::Kind::list; }
  bool is_scalar(std::string_view key) const { return has(key) && find(key)->kind == Node::Kind::scalar; }
  // Of the key's value, or of the section.
  Place place(std::string_view key) const;
  Place place() const { return place_; }
  std::string name_of(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
  }

  void read(std::string_view key, bool& value) const;
  void read(std::string_view key, std::string& value) const;
  void read_number(std::string_view key, std::uint64_t& value, std::uint64_t least, std::uint64_t most) const;
  // A number that may have a fraction, above 0.
  void read_positive(std::string_view key, double& value, std::uint64_t most) const;
  void read_duration(std::string_view key, Seconds& value, Seconds least, Seconds most) const;
  void read_size(std::string_view key, std::uint64_t& value, std::uint64_t least) const;
  // One of `words`; gives its index.
  void read_choice(std::string_view key, std::size_t& value, std::span<const std::string_view> words) const;
  // A list of single values, none twice. False if the key is absent or wrong.
  bool read_list(std::string_view key, std::vector<Item>& items) const;
  // A list of words out of `words`.
  bool read_words(std::string_view key, std::vector<std::string>& values,
                  std::span<const std::string_view> words) const;
  // A map below this one; nullptr (after a problem) if it is something else.
  const Node* map(std::string_view key) const;
  // The items of a list below this one.
  std::span<const Node> list(std::string_view key) const;

  // At the key's value, or at the section itself where it lacks the key.
  void problem(std::string_view key, std::string what, std::string remedy = {}) const;
  // How many so far, in the whole file.
  std::size_t problems() const { return problems_.size(); }

 private:
  const Node* find(std::string_view key) const { return node_ ? node_->find(key) : nullptr; }
  // Whether it was one: YAML 1.1 reads 0777 as 511.
  bool refuse_octal(std::string_view key, const std::string& text) const;
  // The value of `key` if it is a scalar; else a problem (unless absent) and nullptr.
  const Node* scalar(std::string_view key, std::string_view wanted) const;

  const Node* node_;
  std::string name_;
  Place place_;
  std::vector<Problem>& problems_;
};

}  // namespace agora_exporter::config
