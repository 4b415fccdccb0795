// See token_file.h.
#include "app/token_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/guard.h"
#include "app/announcement.h"
#include "base/ascii.h"

namespace porthole::app {
namespace {

std::unexpected<std::string> refused(const std::string& path, std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", path, what));
}

std::expected<std::string, std::string> read_token(int descriptor, const std::string& path) {
  struct stat facts{};
  char text[admin::Guard::kTokenBytes + 2];
  ssize_t size = ::fstat(descriptor, &facts) == 0 ? ::read(descriptor, text, sizeof text) : -1;
  int reason = errno;
  ::close(descriptor);
  if (size < 0) return refused(path, std::strerror(reason));
  if (!S_ISREG(facts.st_mode) || (facts.st_mode & 077) != 0)
    return refused(path, "others may read it: chmod 600, or remove it");
  std::string_view token = ascii::trim({text, static_cast<std::size_t>(size)});
  while (token.ends_with('\n')) token.remove_suffix(1);
  bool good = token.size() == admin::Guard::kTokenBytes && token.find_first_not_of("0123456789abcdef") == token.npos;
  return good ? std::expected<std::string, std::string>(token) : refused(path, "this is no token: remove it");
}

}  // namespace

std::expected<std::string, std::string> token_in(const std::string& folder, Random& random) {
  if (folder.empty()) return std::unexpected(std::string("neither HOME nor XDG_STATE_HOME says where"));
  std::string path = folder + "/token";
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor >= 0) return read_token(descriptor, path);
  if (errno != ENOENT) return refused(path, std::strerror(errno));
  std::error_code ignored;  // what fails here fails below, too
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), ignored);
  if (::mkdir(folder.c_str(), 0700) < 0 && errno != EEXIST) return refused(folder, std::strerror(errno));
  // Two that start at once must end with one token: the file appears whole, and the first one counts.
  std::string token = admin::Guard::make_secret(random), fresh = fmt::format("{}.{}", path, random.letters(8));
  descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool written = descriptor >= 0 && write_descriptor(descriptor, token + "\n");
  bool mine = written && ::link(fresh.c_str(), path.c_str()) == 0;
  int reason = errno;
  ::unlink(fresh.c_str());
  if (mine) return token;
  if (!written || reason != EEXIST) return refused(path, std::strerror(reason));
  descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  return descriptor >= 0 ? read_token(descriptor, path) : refused(path, std::strerror(errno));
}

}  // namespace porthole::app
