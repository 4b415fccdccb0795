// One datagram to a unix socket: how a program talks to its service manager (sd_notify(3)).
#pragma once

#include <string_view>

namespace porthole::io {

// `path` is a file, or an abstract name that begins with '@'. Never waits. False when it could not be delivered.
bool send_datagram(std::string_view path, std::string_view bytes);

}  // namespace porthole::io
