// See scratch_folder.h.
#include "app/scratch_folder.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace porthole::app {

ScratchFolder::ScratchFolder(std::string_view purpose) {
  std::error_code ignored;  // what is wrong with the folder, mkdtemp() says
  std::string parent = std::filesystem::temp_directory_path(ignored);
  path_ = fmt::format("{}/porthole-{}-XXXXXX", parent.empty() ? "/tmp" : parent, purpose);
  if (!::mkdtemp(path_.data())) throw std::runtime_error(fmt::format("{}: {}", path_, std::strerror(errno)));
}

ScratchFolder::~ScratchFolder() {
  std::error_code failed;
  for (int i = 0; i < 20; ++i) {
    std::filesystem::remove_all(path_, failed);
    if (!failed) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  std::fprintf(stderr, "porthole: %s: %s; remove it by hand\n", path_.c_str(), failed.message().c_str());
}

}  // namespace porthole::app
