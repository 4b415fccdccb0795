// `porthole guide`: entries of http/guide.h as text for a terminal of 80 columns, or as JSON.
#pragma once

#include <string>
#include <vector>

#include "app/commands.h"

namespace porthole::app {

struct GuideQuestion {
  std::vector<std::string> words;  // none: a list of all that there is
  bool json = false;               // an array of objects instead, all entries when there are no words
  bool colour = false;
};

// One page a word. A word that is not in the guide is told on err with the likely one, and makes it kUsage.
Answer guide_answer(const GuideQuestion& question);

}  // namespace porthole::app
