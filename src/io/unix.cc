// See unix.h.
#include "io/unix.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace porthole::io {
namespace {

constexpr int kBacklog = 64;
constexpr mode_t kOwnerAlone = 0600;

struct Address {
  sockaddr_un name{};
  socklen_t length = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name); }
};

// Nothing when it does not fit: 107 octets on Linux.
std::optional<Address> address_of(std::string_view path) {
  Address address;
  if (path.empty() || path.size() >= sizeof address.name.sun_path || path.contains('\0')) return std::nullopt;
  address.name.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.name.sun_path);
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

// Two programs that start together must not both find the old file dead, and the second replace the first one's.
class FolderLock {
 public:
  explicit FolderLock(std::string_view path) {
    std::size_t slash = path.rfind('/');
    std::string folder(slash == std::string_view::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1)));
    descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor_ >= 0) ::flock(descriptor_, LOCK_EX);
  }
  ~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

// A socket without a listener. Connecting to a file of another kind is refused just so, hence the question what it is.
bool abandoned(std::string_view path) {
  struct stat facts{};
  if (::lstat(std::string(path).c_str(), &facts) != 0 || !S_ISSOCK(facts.st_mode)) return false;
  auto there = connect_unix(path);
  if (there) ::close(*there);
  return !there && there.error().os_errno == ECONNREFUSED;
}

}  // namespace

Result<ListenSocket> listen_unix(std::string_view path) {
  auto address = address_of(path);
  if (!address) return fail(stream_error(Side::us, ENAMETOOLONG));
  ListenSocket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.descriptor() < 0) return fail(stream_error(Side::us, errno));
  // Before bind(): the file is made with this mode, so there is no moment at which others may connect.
  if (::fchmod(socket.descriptor(), kOwnerAlone) != 0) return fail(stream_error(Side::us, errno));
  FolderLock lock(path);
  auto bind = [&] { return ::bind(socket.descriptor(), address->get(), address->length) == 0 ? 0 : errno; };
  int failed = bind();
  if (failed == EADDRINUSE && abandoned(path)) {
    ::unlink(address->name.sun_path);
    failed = bind();
  }
  if (failed != 0) return fail(stream_error(Side::us, failed));
  if (::listen(socket.descriptor(), kBacklog) != 0) return fail(stream_error(Side::us, errno));
  return socket;
}

Result<int> connect_unix(std::string_view path) {
  auto address = address_of(path);
  if (!address) return fail(stream_error(Side::upstream, ENAMETOOLONG));
  int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return fail(stream_error(Side::us, errno));
  if (::connect(descriptor, address->get(), address->length) == 0) return descriptor;
  int reason = errno;
  ::close(descriptor);
  return fail(stream_error(Side::upstream, reason));
}

}  // namespace porthole::io
