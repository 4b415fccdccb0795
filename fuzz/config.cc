// The configuration file: whatever it holds, it is either accepted, and then what `porthole config` prints of it is accepted
// again and means the same; or it is refused, and every complaint names a line of it. An accepted one makes a snapshot.
// Input: the file.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "app/configuration.h"
#include "app/options_table.h"

namespace app = porthole::app;

namespace {

const std::string kPath = "porthole.toml";

void require(bool condition) {
  if (!condition) std::abort();
}

void check_complaint(const app::Complaint& complaint, std::size_t lines) {
  require(complaint.origin.kind == app::Origin::Kind::file && complaint.origin.name == kPath);
  require(complaint.origin.line >= 1 && complaint.origin.line <= lines && complaint.origin.column >= 1);
  require(!complaint.what.empty());
}

void check_printed(const app::Configuration& configuration, bool with_origins) {
  app::Configuration again = app::check_text(app::configuration_text(configuration, with_origins), kPath);
  require(again.good());
  require(app::configuration_text(again, false) == app::configuration_text(configuration, false));
  require(again.settings.proxy == configuration.settings.proxy &&
          again.settings.listen == configuration.settings.listen);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  app::Configuration configuration = app::check_text(text, kPath);
  // A file that ends too early is complained about on the line behind its last.
  auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 2;
  for (const app::Complaint& complaint : configuration.complaints) check_complaint(complaint, lines);
  if (!configuration.good()) return 0;
  check_printed(configuration, false);
  check_printed(configuration, true);
  auto snapshot = app::make_snapshot(configuration.settings, {.pseudonym_suffix = "k3v9xa",
                                                              .workers = 2,
                                                              .descriptors = 1024,
                                                              .own_listeners = configuration.settings.listen,
                                                              .local_addresses = {}});
  require(snapshot->options.limits == configuration.settings.proxy.limits);
  return 0;
}
