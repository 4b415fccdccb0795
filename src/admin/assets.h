// Assets: the inspector's files (web/dist), carried inside the program, gzipped where the browser may have them so.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "admin/site.h"

namespace porthole::admin {

struct Asset {
  std::string_view path;  // "/assets/index-BzKA4i7J.js"; "/" is the page
  std::string_view type;
  std::string_view bytes;
  bool gzipped = false;
};

std::span<const Asset> built_in_assets();

// The page's policy, with the nonce of its style sheets: script only from files of ours, nothing inline, nothing from elsewhere.
std::string content_policy(std::string_view nonce);

// What answers a GET of `path`; nothing when there is no such file. `nonce` is written into the page.
std::optional<Answer> asset_answer(std::span<const Asset> assets, std::string_view path, bool gzip,
                                   std::string_view nonce);

}  // namespace porthole::admin
