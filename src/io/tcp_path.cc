// See tcp_path.h.
#include "io/tcp_path.h"

#include <cstddef>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace porthole::io {

std::optional<PathState> tcp_path(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (descriptor < 0 || ::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (info.tcpi_rtt == 0) return std::nullopt;
  using std::chrono::microseconds;
  PathState path{.rtt = microseconds(info.tcpi_rtt),
                 .rtt_variation = microseconds(info.tcpi_rttvar),
                 .retransmits = info.tcpi_total_retrans};
  // Older kernels end earlier.
  if (size >= offsetof(tcp_info, tcpi_min_rtt) + sizeof info.tcpi_min_rtt && info.tcpi_min_rtt != UINT32_MAX)
    path.rtt_min = microseconds(info.tcpi_min_rtt);
  if (size >= offsetof(tcp_info, tcpi_delivery_rate) + sizeof info.tcpi_delivery_rate)
    path.delivery_rate = info.tcpi_delivery_rate;
  return path;
}

}  // namespace porthole::io
