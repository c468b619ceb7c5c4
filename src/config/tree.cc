#include "config/tree.h"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>

namespace agora_exporter::config {
namespace {

Place place_of(const YAML::Mark& mark) {
  return mark.is_null() ? Place{} : Place{mark.line + 1, mark.column + 1};
}

// yaml-cpp's own Node keeps duplicate keys without a word, so the tree is built from its events.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(std::vector<Problem>& problems) : problems_(problems) {}

  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    Node node;
    node.place = place_of(mark);
    add(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    Node node;
    node.place = place_of(mark);
    add(std::move(node));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    Node node;
    node.kind = Node::Kind::scalar;
    node.place = place_of(mark);
    node.text = value;
    node.quoted = tag != "?";
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, Node::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, Node::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;
  };

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      problems_.push_back({place_of(mark), "anchors and aliases are not read here", "write the value out"});
    }
  }
  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind) {
    refuse_anchor(mark, anchor);
    Open open;
    open.node.kind = kind;
    open.node.place = place_of(mark);
    stack_.push_back(std::move(open));
  }
  void close() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }
  void add(Node node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& top = stack_.back();
    if (top.node.kind == Node::Kind::list) {
      top.node.items.push_back(std::move(node));
    } else if (!top.key) {
      top.key = std::move(node);
    } else {
      add_entry(top.node, std::move(*top.key), std::move(node));
      top.key.reset();
    }
  }
  void add_entry(Node& map, Node key, Node value) {
    if (key.kind != Node::Kind::scalar) {
      problems_.push_back({key.place, "a key must be a word", ""});
      return;
    }
    for (const Node::Entry& entry : map.entries) {
      if (entry.key != key.text) continue;
      problems_.push_back({key.place, "key \"" + key.text + "\" is given twice",
                           "first at line " + std::to_string(entry.place.line)});
      return;
    }
    // yaml-cpp places what is not there at the token that follows.
    if (value.kind == Node::Kind::null) value.place = key.place;
    map.entries.push_back({std::move(key.text), key.place, std::move(value)});
  }

  std::vector<Problem>& problems_;
  std::vector<Open> stack_;
  Node root_;
};

// yaml-cpp takes the rest of the file as the value of a quote that nobody closed, and says so only if the
// last line has no end. This one has none.
constexpr const char* kLastLine = "\n#";

// yaml-cpp appends the offending text to some messages ("...: x"); that text may be part of a secret.
std::string without_content(const std::string& message) { return message.substr(0, message.find(':')); }

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::string_view kind_in_words(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "a single value";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map of keys";
  }
  return "";
}

Node parse_yaml(const std::string& text, std::vector<Problem>& problems) {
  Builder builder(problems);
  try {
    std::istringstream stream(text + kLastLine);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    Node root = builder.take();
    std::vector<Problem> ignored;
    Builder second(ignored);
    if (parser.HandleNextDocument(second)) {
      problems.push_back(
          {second.take().place, "a second YAML document begins here", "put all in one, without ---"});
    }
    return root;
  } catch (const YAML::Exception& e) {
    const bool open_quote = e.msg == YAML::ErrorMsg::EOF_IN_SCALAR;
    problems.push_back({place_of(e.mark), "this is not YAML: " + without_content(e.msg),
                        open_quote ? "a quote is not closed" : ""});
  }
  return {};
}

}  // namespace agora_exporter::config
