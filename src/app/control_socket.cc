// See control_socket.h.
#include "app/control_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/configuration.h"
#include "app/recording.h"
#include "io/unix.h"

namespace porthole::app {
namespace {

constexpr std::string_view kService = "/run/porthole/control";

// Empty when the folder is ours alone to write to, else why not.
std::string fault_of(const std::string& folder) {
  std::error_code ignored;  // what fails here fails below, too
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), ignored);
  if (::mkdir(folder.c_str(), 0700) < 0 && errno != EEXIST) return std::strerror(errno);
  struct stat facts{};
  if (::stat(folder.c_str(), &facts) != 0) return std::strerror(errno);
  if (!S_ISDIR(facts.st_mode)) return "it is no folder";
  if (facts.st_uid != ::geteuid()) return "it belongs to another user";
  if ((facts.st_mode & 022) != 0) return "others may write to it: chmod go-w";
  return {};
}

}  // namespace

std::string control_path(const std::map<std::string, std::string>& variables) {
  // systemd lists several folders with colons; the first is as good as any.
  std::string service = variable(variables, "RUNTIME_DIRECTORY");
  service = service.substr(0, service.find(':'));
  if (!service.empty()) return service + "/control";
  std::string session = variable(variables, "XDG_RUNTIME_DIR");
  if (!session.empty()) return session + "/porthole/control";
  std::string state = state_folder(variables);
  return state.empty() ? "" : state + "/control";
}

std::vector<std::string> control_paths(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> paths;
  auto add = [&](std::string path) {
    if (!path.empty() && std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(std::move(path));
  };
  add(control_path(variables));
  // A proxy that was started without a session (by cron, by ssh) has it there.
  std::string state = state_folder(variables);
  if (!state.empty()) add(state + "/control");
  add(std::string(kService));
  return paths;
}

std::expected<ControlSocket, std::string> ControlSocket::open(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path();
  if (std::string fault = fault_of(folder); !fault.empty())
    return std::unexpected(fmt::format("{}: {}", folder, fault));
  auto socket = io::listen_unix(path);
  if (socket) return ControlSocket(path, std::move(*socket));
  int reason = socket.error().os_errno;
  return std::unexpected(
      fmt::format("{}: {}", path, reason == EADDRINUSE ? "another proxy has its socket there" : std::strerror(reason)));
}

ControlSocket::ControlSocket(std::string path, io::ListenSocket socket)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)),
      socket_(std::move(socket)) {}

ControlSocket::~ControlSocket() {
  if (path_.empty()) return;
  // Once we no longer listen, a program that starts meanwhile may have removed our file and taken the place.
  struct stat facts{};
  if (::fstat(file_, &facts) == 0 && facts.st_nlink > 0) ::unlink(path_.c_str());
  ::close(file_);
}

}  // namespace porthole::app
