// See assets.h.
#include "admin/assets.h"

#include <fmt/format.h>

#include "coding/decoder.h"

namespace porthole::admin {
namespace {

constexpr std::string_view kNonce = "__NONCE__";

std::string inflated(std::string_view gzip) {
  constexpr ByteCount kMost = 16_MiB;
  coding::Decoder decoder(*coding::CodingList::parse("gzip"), {.output_bytes_max = kMost});
  coding::StringSink sink;
  decoder.feed(gzip, sink);
  return std::move(sink.text);
}

}  // namespace

std::string content_policy(std::string_view nonce) {
  return fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{}'; img-src 'self' blob: data:; connect-src "
      "'self'; "
      "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
      nonce);
}

std::optional<Answer> asset_answer(std::span<const Asset> assets, std::string_view path, bool gzip,
                                   std::string_view nonce) {
  for (const Asset& asset : assets) {
    if (asset.path != path) continue;
    Answer answer{.content_type = std::string(asset.type)};
    bool page = path == "/";
    bool as_it_is = !asset.gzipped || (gzip && !page);
    answer.body = as_it_is ? std::string(asset.bytes) : inflated(asset.bytes);
    if (asset.gzipped && as_it_is) answer.fields.emplace_back("Content-Encoding", "gzip");
    if (asset.gzipped && !page) answer.fields.emplace_back("Vary", "Accept-Encoding");
    // Their names carry a hash of what they hold.
    if (path.starts_with("/assets/"))
      answer.fields.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
    if (!page) return answer;
    for (std::size_t at = 0; (at = answer.body.find(kNonce, at)) != std::string::npos; at += nonce.size())
      answer.body.replace(at, kNonce.size(), nonce);
    answer.fields.emplace_back("Content-Security-Policy", content_policy(nonce));
    return answer;
  }
  return std::nullopt;
}

}  // namespace porthole::admin
