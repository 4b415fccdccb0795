// See index_part.h. A term that the index does not know becomes "always"; under a negation "never", so that the whole
// only widens. Then always and never are folded away.
#include "match/index_part.h"

#include <utility>

namespace porthole::match {
namespace {

bool always(const Node& node) { return node.kind == Node::Kind::all_of && node.children.empty(); }
bool never(const Node& node) { return node.kind == Node::Kind::any_of && node.children.empty(); }

Node constant(bool value) { return Node{.kind = value ? Node::Kind::all_of : Node::Kind::any_of}; }

struct Widening {
  const std::function<bool(const Term&)>& knows;
  bool exact = true;

  // `wider`: the result may match more; otherwise less.
  Node widened(const Node& node, bool wider) {
    if (node.kind == Node::Kind::term) {
      if (knows(node.term)) return node;
      exact = false;
      return constant(wider);
    }
    if (node.kind == Node::Kind::not_) {
      Node child = widened(node.children[0], !wider);
      if (always(child) || never(child)) return constant(never(child));
      Node negation{.kind = Node::Kind::not_};
      negation.children.push_back(std::move(child));
      return negation;
    }
    bool all = node.kind == Node::Kind::all_of;
    Node joined{.kind = node.kind};
    for (const Node& each : node.children) {
      Node child = widened(each, wider);
      if (all ? never(child) : always(child)) return child;  // decides the whole
      if (all ? !always(child) : !never(child)) joined.children.push_back(std::move(child));
    }
    if (joined.children.size() == 1) return Node(std::move(joined.children[0]));
    return joined;
  }
};

}  // namespace

IndexPart index_part(const Node& node, const std::function<bool(const Term&)>& knows) {
  Widening widening{.knows = knows};
  Node part = widening.widened(node, true);
  return {std::move(part), widening.exact};
}

}  // namespace porthole::match
