// HarImport: the entries of an HTTP archive, told to the recorder as flows that have ended. Files of browsers and of other
// proxies are read; what an entry lacks is left out, and what is no entry is named. `_webSocketMessages` become frames again.
// In steps, because the recorder sets the pace.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "flow/recorder.h"

namespace porthole::flow {

class HarImport {
 public:
  static constexpr ByteCount kFileMax = 32_MiB;
  static constexpr std::size_t kProblemsMax = 100;
  static constexpr std::size_t kValuesMax = 2'000'000;  // and keys: some 10,000 entries
  static constexpr std::size_t kHeadMax = 128 * 1024;   // of each head; what is larger is no head

  // The recorder outlives it. One at a time: they share the recorder's ring for imports.
  HarImport(std::string_view file, Recorder& recorder, Random& random);
  ~HarImport();

  enum class State : std::uint8_t { wait, done };  // wait: the recorder must take what it was told
  State step();

  std::size_t added() const { return added_; }
  // "entry 7: it has no URL", at most kProblemsMax of them.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  struct File;
  struct Entry;
  bool next_entry();
  bool tell();
  bool tell_frames();
  bool tell_content(Direction direction, const std::string& content, ByteCount& told);

  Recorder& recorder_;
  Random& random_;
  std::unique_ptr<File> file_;
  std::unique_ptr<Entry> entry_;
  std::size_t at_ = 0;  // of the next entry
  std::size_t added_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace porthole::flow
