// Traffic: figures of the last minute over flows that have ended: how many, how long, how they ended, which hosts. Fed from the
// list of rows by whoever wants to know, not by the recorder. Bounded whatever passes. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "flow/rows.h"

namespace porthole::flow {

class Traffic {
 public:
  static constexpr std::size_t kSeconds = 60;
  static constexpr std::size_t kHostsMax = 512;  // told apart in each second; further ones are not counted by name
  static constexpr std::size_t kHostsShown = 10;

  // Takes what changed in `rows` since the last time.
  void catch_up(const Rows& rows, WallTime now);
  void add(const Row& row);  // one that has ended

  // The object `stats` of docs/user/api.md. `flows` and `open` come from outside: they are not of the last minute. The rate is that
  // of the last whole second; percentiles are left out while there is nothing that they could be of.
  void append(Json& json, std::uint64_t flows, std::int64_t open) const;

 private:
  // A bin for each eighth of a doubling of microseconds: 9 % apart.
  static constexpr std::size_t kBins = 256;
  struct Second {
    std::int64_t at = 0;  // Unix seconds
    std::uint64_t flows = 0, bytes = 0;
    std::array<std::uint32_t, 6> status{};  // by first digit
    std::array<std::uint32_t, static_cast<std::size_t>(Token::count_)> errors{};
    std::array<std::uint32_t, kBins> took{};
    std::int64_t longest_us = 0;
    std::unordered_map<std::string, std::uint32_t> hosts;
  };
  WallTime looked_{};  // when catch_up() came to the end of the changes
  static std::size_t bin_of(Duration took);
  static std::int64_t end_us(std::size_t bin);
  Second& second(std::int64_t at);
  bool recent(const Second& second) const { return second.at > now_ - static_cast<std::int64_t>(kSeconds); }

  std::array<Second, kSeconds> seconds_;
  std::int64_t now_ = 0;  // Unix seconds
  std::uint64_t seq_ = 0;
};

}  // namespace porthole::flow
