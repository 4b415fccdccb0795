// A folder for temporary files ($TMPDIR, else /tmp), for its user alone, which goes with its object and all that is in it.
#pragma once

#include <string>
#include <string_view>

namespace porthole::app {

class ScratchFolder {
 public:
  // porthole-PURPOSE-xxxxxx. Throws std::runtime_error when it cannot be made.
  explicit ScratchFolder(std::string_view purpose);
  // Tries for two seconds: the last processes of a browser still write when the first has ended. Says so when it cannot.
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace porthole::app
