// Recording: the recorder, its thread and where its flows lie, for as long as the program runs. Recording is never a reason not
// to serve: what goes wrong is told in the log, and by why_not().
#pragma once

#include <map>
#include <memory>
#include <string>

#include "app/recorder_thread.h"
#include "app/settings.h"
#include "base/log.h"
#include "base/random.h"
#include "flow/recorder.h"

namespace porthole::app {

// $XDG_STATE_HOME/porthole, or ~/.local/state/porthole; empty when the variables name neither.
std::string state_folder(const std::map<std::string, std::string>& variables);

class Recording {
 public:
  // Nothing is recorded when the settings say so, or when there is no place for it. All but the settings outlive it; the
  // workers have ended when it does.
  Recording(const Settings& settings, const std::map<std::string, std::string>& variables, const Clock& clock,
            Random& random, DiagnosticsLog& log, std::size_t workers);

  flow::Recorder* recorder() { return recorder_.get(); }  // null when nothing is recorded
  const flow::Recorder* recorder() const { return recorder_.get(); }
  const std::string& folder() const { return folder_; }
  const std::string& why_not() const { return why_not_; }

 private:
  std::string folder_;
  std::string why_not_;
  std::unique_ptr<flow::Recorder> recorder_;  // outlives its thread
  std::unique_ptr<RecorderThread> thread_;
};

}  // namespace porthole::app
