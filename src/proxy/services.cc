// The Date field is formatted once a second.
#include "proxy/services.h"

namespace porthole::proxy {

std::string_view Services::date() {
  std::int64_t second =
      std::chrono::duration_cast<std::chrono::seconds>(loop.clock().wall().time_since_epoch()).count();
  if (second != date_second_) {
    date_second_ = second;
    date_ = http::format_date(std::max<std::int64_t>(second, 0));
  }
  return {date_.data(), date_.size()};
}

}  // namespace porthole::proxy
