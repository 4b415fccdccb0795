// See self_page.h.
#include "admin/self_page.h"

#include <fmt/format.h>

#include "admin/pac.h"
#include "base/html.h"

namespace porthole::admin {
namespace {

constexpr std::string_view kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Porthole</title>
<style>
:root {{ --ink: #1c2430; --paper: #fbfaf7; --soft: #5a6472; --line: #d9d6cd; --box: #f1eee6; --link: #1f5f8b; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e4e7eb; --paper: #14181e; --soft: #a0a9b4; --line: #2d3540; --box: #1d232b; --link: #7fb8dd; }}
}}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }}
main {{ max-width: 42rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }}
h1 {{ font-size: 1.6rem; font-weight: 600; margin: 0 0 .25rem; }}
h2 {{ font-size: 1rem; font-weight: 600; margin: 2rem 0 .4rem; }}
p {{ margin: .4rem 0; }}
.soft {{ color: var(--soft); }}
pre {{ background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; margin: .4rem 0;
  overflow-x: auto; font: 14px/1.5 ui-monospace, monospace; }}
code {{ font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }}
a {{ color: var(--link); }}
dl {{ display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: .4rem 0; }}
dt {{ color: var(--soft); }}
dd {{ margin: 0; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<main>
<h1>Porthole</h1>
<p class="soft">A forward proxy for HTTP. You are talking to it.</p>

<dl>
<dt>HTTP proxy</dt><dd><code>{0}</code></dd>
<dt>Automatic setup</dt><dd><a href="/proxy.pac"><code>http://{0}/proxy.pac</code></a></dd>
</dl>

<h2>Try it</h2>
<pre>curl -x http://{0} http://porthole.internal/</pre>

<h2>A shell</h2>
<pre>export http_proxy=http://{0} https_proxy=http://{0}
export no_proxy=localhost,127.0.0.1,::1</pre>
<p class="soft">On the proxy's own machine: <code>eval "$(porthole env)"</code></p>

<h2>A browser or a phone</h2>
<p>Set the automatic proxy address (PAC) to <code>http://{0}/proxy.pac</code>, or set <code>{1}</code> as HTTP and HTTPS
proxy by hand, port <code>{2}</code>.</p>
<pre>chromium --proxy-server=http://{0}</pre>

<h2>What it does</h2>
<p><code>http://</code> requests are forwarded. <code>https://</code> is tunnelled: what is inside stays between you and
the server.</p>
</main>
</body>
</html>
)html";

// Changes when the text does; not a secret, so any good hash will do (FNV-1a).
std::string etag_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("\"{:016x}\"", hash);
}

std::string front_page(std::string_view proxy_address) {
  std::size_t colon = proxy_address.rfind(':');
  std::string_view host = proxy_address.substr(0, colon);
  std::string_view port = colon == std::string_view::npos ? "80" : proxy_address.substr(colon + 1);
  return fmt::format(kPage, escape_html(proxy_address), escape_html(host), escape_html(port));
}

}  // namespace

std::optional<control::Page> PublicPages::page(std::string_view path, std::string_view proxy_address) const {
  if (path == "/")
    return control::Page{
        .content_type = "text/html; charset=utf-8", .body = front_page(proxy_address), .etag = {}, .cache_control = {}};
  if (path == "/proxy.pac") {
    std::string text = pac_text(proxy_address);
    std::string etag = etag_of(text);
    return control::Page{.content_type = "application/x-ns-proxy-autoconfig",
                         .body = std::move(text),
                         .etag = std::move(etag),
                         .cache_control = "max-age=300"};
  }
  return std::nullopt;
}

}  // namespace porthole::admin
