// The story of one recorded flow in sentences: how the name was found, which connection was used, what was waited for, how it
// ended, what was not kept.
#pragma once

#include <string>
#include <vector>

#include "flow/flow.h"
#include "flow/messages.h"

namespace porthole::flow {

// `passed`: what count_messages() says of it.
std::vector<std::string> story_of(const Flow& flow, std::optional<MessageCount> passed = {});

// "350 us", "12.3 ms", "4.0 s".
std::string duration_words(Duration duration);
// "17 bytes", "1.5 KiB", "3.0 MiB".
std::string size_words(ByteCount bytes);

}  // namespace porthole::flow
