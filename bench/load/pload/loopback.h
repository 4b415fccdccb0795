// Addresses a load may be aimed at: IPv4 loopback, nothing else. pload is a tool to measure what stands on this
// machine; refusing everything outside 127.0.0.0/8 here means no other file needs to think about it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include <netinet/in.h>

namespace porthole::pload {

// Parses "127.0.0.1:8083". Error: a sentence for the user; names are not looked up.
std::expected<sockaddr_in, std::string> parse_loopback(std::string_view text);

// The n-th of `count` source addresses, 127.0.0.1 upwards, with no port chosen yet. More sources than one keep
// thousands of short connections from running out of ports.
sockaddr_in loopback_source(unsigned n, unsigned count);

}  // namespace porthole::pload
