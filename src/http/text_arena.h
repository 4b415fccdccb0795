// TextArena holds texts that we compose for a head (a Via line, a new Host). Addresses stay valid until clear(); the
// first chunk is kept, so a pooled head composes without allocating.
#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

namespace porthole::http {

class TextArena {
 public:
  // Copies the pieces one after the other; the view stays valid until clear() or destruction.
  std::string_view join(std::initializer_list<std::string_view> pieces);
  std::string_view copy(std::string_view text) { return join({text}); }
  // Uninitialised room.
  char* allocate(std::size_t size);
  void clear();

 private:
  static constexpr std::size_t kChunk = 1024;
  std::unique_ptr<char[]> first_;
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<char[]>> more_;
};

}  // namespace porthole::http
