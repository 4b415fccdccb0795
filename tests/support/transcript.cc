// See transcript.h. Each piece is copied to memory of exactly its size, so that a sanitizer sees a read behind its end.
#include "support/transcript.h"

#include <deque>

#include <fmt/format.h>

#include "wire/h1/session.h"

namespace porthole::test {
namespace {

using http::Framing;

// As much of a long text as a person needs to see.
std::string shown(std::string_view octets) {
  constexpr std::size_t kShown = 80;
  if (octets.size() <= kShown) return escape(octets);
  return fmt::format("{}... {} octets", escape(octets.substr(0, kShown / 2)), octets.size());
}

std::string framing_text(const Framing& framing) {
  std::string text;
  switch (framing.kind) {
    case Framing::Kind::none: text = "none"; break;
    case Framing::Kind::length: text = fmt::format("length {}", framing.length); break;
    case Framing::Kind::chunked: text = "chunked"; break;
    case Framing::Kind::until_close: text = "until_close"; break;
  }
  return framing.reuse_forbidden ? text + ", not reused" : text;
}

std::string target_text(const http::Target& target) {
  const http::Authority& authority = target.authority;
  std::string where = std::string(authority.host);
  if (authority.kind == http::HostKind::ipv6) where = "[" + where + "]";
  if (authority.port != 0) where += fmt::format(":{}", authority.port);
  switch (target.form) {
    case http::TargetForm::origin: return "origin " + std::string(target.path_and_query);
    case http::TargetForm::asterisk: return "asterisk";
    case http::TargetForm::authority: return "authority " + where;
    case http::TargetForm::absolute: break;
  }
  if (target.scheme == http::Scheme::other) return "absolute, of another scheme";
  std::string_view scheme = target.scheme == http::Scheme::https ? "https" : "http";
  return fmt::format("absolute {} {} \"{}\"", scheme, where, shown(target.path_and_query));
}

std::string error_text(const Error& error) {
  std::string text = fmt::format("error {} {} \"{}\"", error.status, token_text(error.token), error.detail);
  if (error.clause) text += fmt::format(" {}", error.clause);
  if (error.retry == Retry::safe) text += ", retry is safe";
  return text;
}

class Writer {
 public:
  void line(std::string_view text) {
    end_data();
    text_ += text;
    text_ += '\n';
  }
  void fields(const http::Fields& fields) {
    for (const http::Field& field : fields) {
      line(fmt::format("  {}: {}", escape(field.name), shown(field.value)));
    }
  }
  void data(std::string_view data) { data_ += data; }
  std::string finish() {
    end_data();
    return std::move(text_);
  }

 private:
  static constexpr std::size_t kShown = 60;
  void end_data() {
    if (data_.empty()) return;
    std::string data = std::exchange(data_, {});
    if (data.size() <= kShown) text_ += fmt::format("data {}\n", escape(data));
    else text_ += fmt::format("data {} octets, {:016x}\n", data.size(), std::hash<std::string>()(data));
  }
  std::string text_;
  std::string data_;
};

// Keeps every piece alive for as long as slices of it may be.
class PieceStore {
 public:
  Bytes keep(std::string_view piece) {
    pieces_.emplace_back(piece.begin(), piece.end());
    return Bytes({}, pieces_.back().data(), piece.size());
  }

 private:
  std::deque<std::vector<char>> pieces_;
};

void write_request(Writer& out, const http::RequestHead& head, const Framing& framing) {
  out.line(fmt::format("head {} {} HTTP/{}", head.method_text, shown(head.target_text), version_text(head.version)));
  out.line(fmt::format("  target {}", target_text(head.target)));
  out.line(fmt::format("  framing {}", framing_text(framing)));
  out.line(fmt::format("  raw {} octets", head.raw.size()));
  out.fields(head.fields);
}

void write_response(Writer& out, std::string_view kind, const http::ResponseHead& head, const Framing* framing) {
  out.line(fmt::format("{} HTTP/{} {} {}", kind, version_text(head.version), head.status, shown(head.reason)));
  if (framing) out.line(fmt::format("  framing {}", framing_text(*framing)));
  out.line(fmt::format("  raw {} octets", head.raw.size()));
  for (const http::Change& change : head.tolerated) {
    out.line(fmt::format("  {} [{}] -> [{}]", facts_of(change.kind).name, shown(change.before), shown(change.after)));
  }
  out.fields(head.fields);
}

void write_end(Writer& out, const http::TrailerSection* trailers) {
  out.line(trailers ? "end, with trailers" : "end");
  if (trailers) out.fields(trailers->fields);
}

class ServerRun {
 public:
  explicit ServerRun(const ServerOptions& options)
      : options_(options), session_(wire::h1::make_server_session(pools_, blocks_, options.limits)) {}

  std::string run(const Pieces& input) {
    for (std::string_view piece : input) {
      if (taken_over_) {
        out_.data(piece);
      } else if (session_->needs_input()) {
        session_->feed(store_.keep(piece));
        drain();
      }
    }
    if (options_.eof && !taken_over_) {
      session_->feed_eof();
      drain();
    }
    out_.line(fmt::format("{}, {}", session_->persistent() ? "persistent" : "not persistent",
                          session_->idle() ? "idle" : "not idle"));
    return out_.finish();
  }

 private:
  void drain() {
    wire::ServerEvent event;
    do {
      session_->poll(event);
      take(event);
    } while (event.kind != wire::ServerEvent::Kind::none && !taken_over_);
  }
  void take(wire::ServerEvent& event) {
    switch (event.kind) {
      case wire::ServerEvent::Kind::none: break;
      case wire::ServerEvent::Kind::head:
        connect_ = event.head->method == http::Method::connect;
        write_request(out_, *event.head, event.framing);
        break;
      case wire::ServerEvent::Kind::data: out_.data(event.data.view()); break;
      case wire::ServerEvent::Kind::end:
        write_end(out_, event.trailers.get());
        connect_ ? take_over(event.stream) : answer(event.stream);
        break;
      case wire::ServerEvent::Kind::error: out_.line(error_text(event.error)); break;
    }
  }
  void answer(wire::StreamId stream) {
    http::ResponseHead head;
    head.status = 200;
    session_->send_head(stream, head, {.kind = Framing::Kind::length});
    session_->send_end(stream, nullptr);
    session_->output().clear();
  }
  void take_over(wire::StreamId stream) {
    taken_over_ = true;
    out_.line("tunnel");
    out_.data(session_->take_over(stream).view());
  }

  ServerOptions options_;
  PieceStore store_;
  BlockPool blocks_;
  wire::HeadPools pools_;
  std::unique_ptr<wire::ServerSession> session_;
  Writer out_;
  bool connect_ = false;
  bool taken_over_ = false;
};

class ClientRun {
 public:
  explicit ClientRun(const ClientOptions& options)
      : options_(options), session_(wire::h1::make_client_session(pools_, blocks_, options.limits)) {}

  std::string run(const Pieces& input) {
    send_request();
    for (std::string_view piece : input) {
      if (taken_over_) {
        out_.data(piece);
      } else if (session_->needs_input()) {
        session_->feed(store_.keep(piece));
        drain();
      }
    }
    if (options_.eof && !taken_over_) {
      session_->feed_eof();
      drain();
    }
    out_.line(session_->persistent() ? "persistent" : "not persistent");
    return out_.finish();
  }

 private:
  void send_request() {
    http::RequestHead head;
    head.method = options_.method;
    head.method_text = "X";
    head.target_text = "/";
    if (options_.upgrade) head.fields.add(http::FieldName::upgrade, "websocket");
    wire::StreamId stream = session_->open();
    session_->send_head(stream, head, {});
    session_->send_end(stream, nullptr);
    session_->output().clear();
  }
  void drain() {
    wire::ClientEvent event;
    do {
      session_->poll(event);
      take(event);
    } while (event.kind != wire::ClientEvent::Kind::none && !taken_over_);
  }
  void take(wire::ClientEvent& event) {
    switch (event.kind) {
      case wire::ClientEvent::Kind::none: break;
      case wire::ClientEvent::Kind::interim: write_response(out_, "interim", *event.head, nullptr); break;
      case wire::ClientEvent::Kind::head: take_head(event); break;
      case wire::ClientEvent::Kind::data: out_.data(event.data.view()); break;
      case wire::ClientEvent::Kind::end: write_end(out_, event.trailers.get()); break;
      case wire::ClientEvent::Kind::error:
        out_.line(error_text(event.error) + (event.stream == 0 ? ", of no stream" : ""));
        break;
    }
  }
  void take_head(wire::ClientEvent& event) {
    write_response(out_, "head", *event.head, &event.framing);
    bool connected = options_.method == http::Method::connect && event.head->status < 300;
    if (event.head->status != 101 && !connected) return;
    taken_over_ = true;
    out_.line("tunnel");
    out_.data(session_->take_over(event.stream).view());
  }

  ClientOptions options_;
  PieceStore store_;
  BlockPool blocks_;
  wire::HeadPools pools_;
  std::unique_ptr<wire::ClientSession> session_;
  Writer out_;
  bool taken_over_ = false;
};

}  // namespace

Pieces whole(std::string_view input) { return {input}; }

Pieces octets(std::string_view input) {
  Pieces pieces;
  for (std::size_t i = 0; i < input.size(); ++i) pieces.push_back(input.substr(i, 1));
  return pieces;
}

Pieces cuts(std::string_view input, std::string_view sizes) {
  if (sizes.empty()) return whole(input);
  Pieces pieces;
  for (std::size_t i = 0; !input.empty(); i = (i + 1) % sizes.size()) {
    std::size_t size =
        std::min<std::size_t>(input.size(), std::max<unsigned char>(1, static_cast<unsigned char>(sizes[i])));
    pieces.push_back(input.substr(0, size));
    input.remove_prefix(size);
  }
  return pieces;
}

Pieces random_cuts(std::string_view input, std::uint64_t seed) {
  std::string sizes;
  for (int i = 0; i < 64; ++i) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    auto size = static_cast<unsigned char>(seed >> 56);
    sizes += static_cast<char>(seed >> 40 & 1 ? size : size & 15U);  // short and long pieces mixed
  }
  return cuts(input, sizes);
}

std::string escape(std::string_view octets) {
  std::string text;
  for (char c : octets) {
    if (c == '\r') text += "\\r";
    else if (c == '\n') text += "\\n";
    else if (c == '\t') text += "\\t";
    else if (c == '\\') text += "\\\\";
    else if (c < ' ' || c == 0x7f) text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else text += c;
  }
  return text;
}

std::string server_transcript(const Pieces& input, const ServerOptions& options) {
  return ServerRun(options).run(input);
}

std::string client_transcript(const Pieces& input, const ClientOptions& options) {
  return ClientRun(options).run(input);
}

}  // namespace porthole::test
