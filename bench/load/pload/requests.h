// The bytes a run sends, built once: every request of a run is the same.
#pragma once

#include <string>

#include "pload/options.h"

namespace porthole::pload {

struct Requests {
  std::string connect;   // opens a tunnel; empty where the mode uses none
  std::string exchange;  // the request itself, with its body
};

Requests make_requests(const Options& options);

}  // namespace porthole::pload
