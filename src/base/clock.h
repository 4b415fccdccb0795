// Clock is the only way to learn the time outside app: rooms get `now` as an argument or read their Loop's cached clock.
// SystemClock asks the kernel; ManualClock is moved by hand, so tests and the simulation own time.
#pragma once

#include "base/units.h"

namespace porthole {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;  // monotonic
  virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall() const override { return std::chrono::system_clock::now(); }
};

class ManualClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  WallTime wall() const override { return wall_; }
  void advance(Duration step) {
    now_ += step;
    wall_ += step;
  }
  void jump_wall(Duration step) { wall_ += step; }  // the wall clock may jump; the monotonic one never does

 private:
  Instant now_{std::chrono::hours(1)};
  WallTime wall_{std::chrono::seconds(1'800'000'000)};
};

}  // namespace porthole
