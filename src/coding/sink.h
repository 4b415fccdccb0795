// Where coded or decoded bytes go: whoever asks for them brings one.
#pragma once

#include <string>
#include <string_view>

namespace porthole::coding {

class Sink {
 public:
  virtual ~Sink() = default;
  // `bytes` live until the call returns.
  virtual void take(std::string_view bytes) = 0;
};

// Keeps everything.
class StringSink final : public Sink {
 public:
  void take(std::string_view bytes) override { text.append(bytes); }
  std::string text;
};

}  // namespace porthole::coding
