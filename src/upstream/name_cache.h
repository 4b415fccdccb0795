// NameCache: answers by name until their TTL is over, errors too, the name asked longest ago leaves first when full.
// Names come in any case; looking one up allocates nothing. Knows no clock: `now` is an argument.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "upstream/resolver.h"

namespace porthole::upstream {

// A name as it is compared: lower case, without its final dot, in a buffer of its own. Empty when it is no name at all
// (nothing, or longer than the 253 octets of RFC 1035 §2.3.4).
class NameKey {
 public:
  explicit NameKey(std::string_view name);
  bool valid() const { return size_ > 0; }
  std::string_view view() const { return {text_, size_}; }

 private:
  static constexpr std::size_t kNameMax = 253;
  std::size_t size_ = 0;
  char text_[kNameMax];
};

// Lets maps of std::string be asked with a string_view.
struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
};
template <class T>
using NameMap = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

class NameCache {
 public:
  explicit NameCache(std::size_t names_max) : names_max_(names_max) {}

  // The answer, or null when there is none or it is over. `name` is a NameKey's view. Valid until the next store().
  const Resolver::Answer* find(std::string_view name, Instant now);
  // Replaces what was there. Nothing is kept when `until` is not after `now`.
  void store(std::string_view name, Resolver::Answer answer, Instant now, Instant until);
  std::size_t size() const { return names_.size(); }

 private:
  struct Entry {
    std::string name;
    Resolver::Answer answer;
    Instant until;
  };
  std::size_t names_max_;
  std::list<Entry> by_use_;                                                 // the one used last comes first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> names_;  // keys are views into by_use_
};

}  // namespace porthole::upstream
