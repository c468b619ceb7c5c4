// The file as a tree of plain values with their places: all that the rest of the room sees of YAML.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agora_exporter::config {

struct Place {
  int line = 1;  // from 1
  int column = 1;
  friend auto operator<=>(const Place&, const Place&) = default;
};

// One error or warning at a place. `remedy` says what was meant, or what to write.
struct Problem {
  Place place;
  std::string what;
  std::string remedy;
};

struct Node {
  enum class Kind { null, scalar, list, map };
  struct Entry;

  Kind kind = Kind::null;
  Place place;
  std::string text;     // scalar: as written, unescaped
  bool quoted = false;  // scalar: "30" is text, 30 is a number
  std::vector<Node> items;
  std::vector<Entry> entries;

  const Node* find(std::string_view key) const;
};

// Defined outside since it holds a Node by value.
struct Node::Entry {
  std::string key;
  Place place;
  Node value;
};

// "a list", for messages. The value itself is never part of one: it may be a secret in the wrong place.
std::string_view kind_in_words(const Node& node);

// Syntax errors, duplicate keys, anchors and a second document are problems; the tree is what could be read.
Node parse_yaml(const std::string& text, std::vector<Problem>& problems);

}  // namespace agora_exporter::config
