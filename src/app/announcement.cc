// See announcement.h.
#include "app/announcement.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace porthole::app {
namespace {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// An address one can type: an unspecified one is reached as loopback.
std::string reachable(const Endpoint& at) {
  if (!at.ip.unspecified()) return at.text();
  return at.ip.v4 ? fmt::format("127.0.0.1:{}", at.port) : fmt::format("[::1]:{}", at.port);
}

}  // namespace

std::string Announcement::ready_line() const {
  std::string line = fmt::format("{{\"pid\":{},\"proxy\":[", pid);
  for (std::size_t i = 0; i < proxy.size(); ++i) line += fmt::format("{}\"{}\"", i == 0 ? "" : ",", proxy[i].text());
  line += observe ? fmt::format("],\"observe\":\"{}\"", observe->text()) : "],\"observe\":null";
  line += ui ? fmt::format(",\"ui\":\"{}\"}}\n", ui->text()) : ",\"ui\":null}\n";
  return line;
}

std::string Announcement::banner(bool to_person, bool env_needs_address) const {
  std::string text = fmt::format("porthole {}   proxy", PORTHOLE_VERSION);
  for (const Endpoint& at : proxy) text += " " + at.text();
  if (observe) text += fmt::format("   metrics http://{}/metrics", reachable(*observe));
  std::string first = proxy.empty() ? "" : reachable(proxy.front());
  if (ui) text += fmt::format("\n  look   http://{}/#c={}   (signs in once)", reachable(*ui), code);
  text += fmt::format("\n  try    curl -x http://{} http://porthole.internal/\n", first);
  if (to_person) {
    std::string env = fmt::format("eval \"$(porthole env{})\"", env_needs_address ? " --listen " + first : "");
    text += fmt::format("  shell  {:<40}  browser  porthole open chromium\n", env);
    text += "  https  tunnelled, not read\n";
  }
  return text;
}

bool write_descriptor(int descriptor, const std::string& text) {
  bool written = write_all(descriptor, text);
  int reason = errno;
  ::close(descriptor);
  errno = reason;
  return written;
}

bool write_file(const std::string& path, const std::string& text) {
  std::string fresh = fmt::format("{}.{}", path, ::getpid());
  int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return false;
  bool written = write_descriptor(descriptor, text) && std::rename(fresh.c_str(), path.c_str()) == 0;
  if (!written) ::unlink(fresh.c_str());
  return written;
}

}  // namespace porthole::app
