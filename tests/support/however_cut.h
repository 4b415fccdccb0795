// Feeds a codec the same input whole, octet by octet and in random cuts (RFC 9112 §2.1: a message is a stream of octets;
// where TCP cut it means nothing), and expects the same transcript each time.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "support/transcript.h"

namespace porthole::test {

// `transcribe(const Pieces&)` gives a std::string. Returns the transcript of the uncut input.
template <class Transcribe>
std::string however_cut(std::string_view input, Transcribe&& transcribe) {
  std::string expected = transcribe(whole(input));
  EXPECT_EQ(transcribe(octets(input)), expected) << "octet by octet: " << escape(input.substr(0, 400));
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    EXPECT_EQ(transcribe(random_cuts(input, seed)), expected)
        << "cuts of seed " << seed << ": " << escape(input.substr(0, 400));
  }
  return expected;
}

inline std::string server_events(std::string_view input, const ServerOptions& options = {}) {
  return however_cut(input, [&](const Pieces& pieces) { return server_transcript(pieces, options); });
}

inline std::string client_events(std::string_view input, const ClientOptions& options = {}) {
  return however_cut(input, [&](const Pieces& pieces) { return client_transcript(pieces, options); });
}

}  // namespace porthole::test
