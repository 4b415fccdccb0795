// A control socket with a script: each connection that asks gets the next answer, byte for byte, and is closed. In a thread of its
// own, because the client blocks.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/unix.h"
#include "support/temporary_folder.h"

namespace porthole::test {

class ScriptedControl {
 public:
  // Each answer is written piece by piece, as the client may read it.
  using Answer = std::vector<std::string>;

  explicit ScriptedControl(std::vector<Answer> answers) {
    auto socket = io::listen_unix(path());
    EXPECT_TRUE(socket.has_value());
    ::fcntl(socket->descriptor(), F_SETFL, 0);
    thread_ =
        std::thread([this, listening = std::move(*socket), script = std::move(answers)] { serve(listening, script); });
  }
  ~ScriptedControl() { finish(); }

  std::string path() const { return folder_ / "control"; }
  // The requests, once all answers were given.
  const std::vector<std::string>& finish() {
    if (thread_.joinable()) thread_.join();
    return requests_;
  }

 private:
  void serve(const io::ListenSocket& socket, const std::vector<Answer>& script) {
    for (const Answer& answer : script) {
      int visitor = -1;
      std::string request;
      while (request.empty()) {  // who only looks whether somebody listens says nothing
        visitor = ::accept(socket.descriptor(), nullptr, nullptr);
        request = read_request(visitor);
        if (request.empty()) ::close(visitor);
      }
      requests_.push_back(request);
      for (const std::string& piece : answer) ::send(visitor, piece.data(), piece.size(), MSG_NOSIGNAL);
      ::close(visitor);
    }
  }

  static bool whole(const std::string& text) {
    constexpr std::string_view kLength = "Content-Length: ";
    std::size_t end = text.find("\r\n\r\n"), length = text.find(kLength);
    if (end == std::string::npos) return false;
    return length > end || text.size() - end - 4 >= std::stoul(text.substr(length + kLength.size()));
  }

  static std::string read_request(int visitor) {
    std::string text;
    char room[4096];
    while (!whole(text)) {
      ssize_t n = ::read(visitor, room, sizeof room);
      if (n <= 0) break;
      text.append(room, static_cast<std::size_t>(n));
    }
    return text;
  }

  TemporaryFolder folder_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

// "HTTP/1.1 STATUS ...", JSON, with its length.
inline std::string json_reply(int status, std::string_view body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " x\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

}  // namespace porthole::test
