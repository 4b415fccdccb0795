// The control socket: where `porthole status`, `tail`, `reload` and `stop` reach a proxy that runs. It speaks what the inspector's
// API speaks, without a token: the file's permissions say who may. Where it lies is said here, for both sides.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "io/tcp.h"

namespace porthole::app {

// Where a proxy that starts with these variables puts its socket: $RUNTIME_DIRECTORY/control (set by systemd), else
// $XDG_RUNTIME_DIR/porthole/control, else control in the folder of state. "" when the variables name none of them.
std::string control_path(const std::map<std::string, std::string>& variables);
// Where a command looks for one, in this order: as above, and at last /run/porthole/control, a service's.
std::vector<std::string> control_paths(const std::map<std::string, std::string>& variables);

// The socket of this program: the file is there as long as this is.
class ControlSocket {
 public:
  // Makes the folder (0700) where it is missing. An error, one sentence: another proxy has its socket there, the folder belongs to
  // somebody else or others may write to it.
  static std::expected<ControlSocket, std::string> open(const std::string& path);
  ControlSocket(ControlSocket&& other) noexcept
      : path_(std::exchange(other.path_, {})),
        file_(std::exchange(other.file_, -1)),
        socket_(std::move(other.socket_)) {}
  ControlSocket& operator=(ControlSocket&&) = delete;
  ~ControlSocket();  // removes the file, unless it has become another program's

  const std::string& path() const { return path_; }
  // For the listener; once.
  io::ListenSocket take() { return std::move(socket_); }

 private:
  ControlSocket(std::string path, io::ListenSocket socket);

  std::string path_;
  int file_ = -1;  // the file itself, whatever becomes of its name
  io::ListenSocket socket_;
};

}  // namespace porthole::app
