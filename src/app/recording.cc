// See recording.h.
#include "app/recording.h"

#include "app/configuration.h"

namespace porthole::app {

std::string state_folder(const std::map<std::string, std::string>& variables) {
  std::string state = variable(variables, "XDG_STATE_HOME"), home = variable(variables, "HOME");
  if (!state.empty()) return state + "/porthole";
  return home.empty() ? "" : home + "/.local/state/porthole";
}

Recording::Recording(const Settings& settings, const std::map<std::string, std::string>& variables, const Clock& clock,
                     Random& random, DiagnosticsLog& log, std::size_t workers) {
  folder_ = flows_folder(settings, variable(variables, "HOME"), variable(variables, "XDG_STATE_HOME"));
  if (!settings.capture) {
    why_not_ = "capture.on is false";
    return;
  }
  if (folder_.empty()) {
    why_not_ = "neither HOME nor XDG_STATE_HOME says where; set capture.folder";
    log.warn("not_recording", {{"why", why_not_}});
    return;
  }
  flow::RecorderOptions options = settings.recorder;
  options.store.folder = folder_;
  recorder_ = std::make_unique<flow::Recorder>(clock, random, std::move(options), workers);
  thread_ = std::make_unique<RecorderThread>(*recorder_, log, folder_);
}

}  // namespace porthole::app
