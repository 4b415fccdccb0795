// ControlClient: a command's side of the control socket: requests to a proxy that runs, one connection each. It blocks; the codec
// is the one of the proxy, so answers are read as strictly as a server's.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace porthole::app {

class ControlClient {
 public:
  static constexpr ByteCount kBodyMax = 64_MiB;
  static constexpr Duration kPatience =
      std::chrono::seconds(60);  // between two pieces, unless told; a stream says something each 5 s

  struct Reply {
    std::uint16_t status = 0;
    std::string body;
    bool good() const { return status >= 200 && status < 300; }
    // What an error says: its `message`, else the number.
    std::string fault() const;
  };
  using Result =
      std::expected<Reply, std::string>;  // an error is a sentence: nobody listens, or what came is no answer

  // Of the first path where somebody listens. From here on SIGPIPE is ignored in this process: a peer that is gone is an error.
  static std::expected<ControlClient, std::string> find(const std::vector<std::string>& paths,
                                                        Duration patience = kPatience);

  // A request and its whole answer. `content` is JSON, and goes with what changes something.
  Result ask(std::string_view method, std::string_view target, std::string content = "{}") const;
  // GET, whose content is given to `take` as it comes, until it ends, in whatever way, or `take` returns false; the reply's body
  // is empty then. An answer that is not 2xx is read whole instead.
  Result follow(std::string_view target, const std::function<bool(std::string_view)>& take) const;

  const std::string& path() const { return path_; }

 private:
  ControlClient(std::string path, Duration patience) : path_(std::move(path)), patience_(patience) {}
  std::string path_;
  Duration patience_;
};

// `text` as the value of a query's parameter (RFC 3986 §2.1).
std::string percent_encoded(std::string_view text);

}  // namespace porthole::app
