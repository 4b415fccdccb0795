// A reading: what a parser makes of the octets of one connection. Each reader of the differential (ours, Boost.Beast; llhttp
// and Python in their own programs) fills the same shape, and compare.py holds them against each other.
// Octets are fed one at a time, so that `end` is exact: how many octets had arrived when the message was complete.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::differential {

struct Message {
  std::vector<std::string> start;  // method, target, version; or version, status, reason
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  std::size_t end = 0;
  std::vector<std::string> tolerated;  // what we put up with in a response
};

struct Reading {
  std::vector<Message> messages;  // complete ones
  Message pending;                // the head and the content so far of one that is not; ours only
  std::string outcome =
      "waiting";       // or "refused", "closed" (complete with the close), "done" (HTTP ends here, or enough seen)
  std::string detail;  // of a refusal
};

constexpr std::size_t kMessagesMax = 4;

// `kind` is q for requests, r and h for responses to GET and HEAD.
Reading read_ours(char kind, std::string_view input);
Reading read_beast(char kind, std::string_view input);

// One line of JSON; octets are written as the code points of Latin-1.
std::string json_of(const Reading& reading);

}  // namespace porthole::differential
