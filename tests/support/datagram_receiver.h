// The other end of io::send_datagram in tests: a bound unix datagram socket in a folder of its own.
#pragma once

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace porthole::test {

class DatagramReceiver {
 public:
  DatagramReceiver() {
    char name[] = "/tmp/porthole-datagram-XXXXXX";
    dir_ = ::mkdtemp(name);
    descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    bound_ = ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~DatagramReceiver() {
    ::close(descriptor_);
    ::unlink(path().c_str());
    ::rmdir(dir_.c_str());
  }
  DatagramReceiver(const DatagramReceiver&) = delete;
  DatagramReceiver& operator=(const DatagramReceiver&) = delete;

  std::string path() const { return dir_ + "/socket"; }
  // The next datagram; empty when none waits.
  std::string receive() {
    std::array<char, 4096> room;
    ssize_t n = bound_ ? ::recv(descriptor_, room.data(), room.size(), MSG_DONTWAIT) : -1;
    return n < 0 ? std::string() : std::string(room.data(), static_cast<std::size_t>(n));
  }

 private:
  std::string dir_;
  int descriptor_ = -1;
  bool bound_ = false;
};

}  // namespace porthole::test
