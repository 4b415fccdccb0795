// A folder that is there while the object is, with all that is in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace porthole::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/porthole-test-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace porthole::test
