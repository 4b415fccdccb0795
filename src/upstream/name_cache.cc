// See name_cache.h.
#include "upstream/name_cache.h"

#include "base/ascii.h"

namespace porthole::upstream {

NameKey::NameKey(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > kNameMax) return;
  for (char c : name) text_[size_++] = ascii::lower(c);
}

const Resolver::Answer* NameCache::find(std::string_view name, Instant now) {
  auto found = names_.find(name);
  if (found == names_.end()) return nullptr;
  auto entry = found->second;
  if (entry->until <= now) {
    names_.erase(found);
    by_use_.erase(entry);
    return nullptr;
  }
  by_use_.splice(by_use_.begin(), by_use_, entry);
  return &entry->answer;
}

void NameCache::store(std::string_view name, Resolver::Answer answer, Instant now, Instant until) {
  if (auto found = names_.find(name); found != names_.end()) {
    auto entry = found->second;
    names_.erase(found);
    by_use_.erase(entry);
  }
  if (until <= now || names_max_ == 0) return;
  if (names_.size() >= names_max_) {
    names_.erase(by_use_.back().name);
    by_use_.pop_back();
  }
  by_use_.push_front({std::string(name), std::move(answer), until});
  names_.emplace(by_use_.front().name, by_use_.begin());
}

}  // namespace porthole::upstream
