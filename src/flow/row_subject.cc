// See row_subject.h.
#include "flow/row_subject.h"

#include <algorithm>

#include "base/ascii.h"

namespace porthole::flow {
namespace {

std::string_view protocol_text(http::Version version) {
  return version == http::Version::http2 ? "h2" : version == http::Version::http10 ? "http/1.0" : "http/1.1";
}

}  // namespace

using match::Fact;
using match::Flag;
using match::Key;
using match::Truth;
using Text = Fact<std::string_view>;
using Number = Fact<std::uint64_t>;

RowSubject::RowSubject(const Row& row, const MarkFacts& marks) : row_(row), marks_(marks) {}

const TargetParts& RowSubject::target() const {
  if (!target_) target_ = target_parts(row_.target, row_.host);
  return *target_;
}

Text RowSubject::text(Key key) const {
  auto or_none = [](std::string_view text) { return text.empty() ? Text::none() : Text(text); };
  bool cut = row_.number && row_.target.size() >= Rows::kTargetMax;  // the record has it whole
  switch (key) {
    case Key::host: return or_none(target().host);
    case Key::path: return cut && target().query.data() == nullptr ? Text::unknown() : or_none(target().path);
    case Key::query:
      if (cut) return Text::unknown();
      return target().query.data() == nullptr ? Text::none() : Text(target().query);
    case Key::scheme: return or_none(target().scheme);
    case Key::method: return or_none(row_.method);
    case Key::protocol: return Text(protocol_text(row_.version));
    case Key::type:
      if (!row_.content_type.empty()) return Text(row_.content_type);
      return row_.open || row_.type_unknown ? Text::unknown() : Text::none();
    case Key::client:
      if (client_.empty()) client_ = row_.client.ip.text();
      return Text(client_);
    case Key::error:
      if (row_.open) return Text::unknown();
      return row_.error == Token::none ? Text::none() : Text(token_text(row_.error));
    case Key::via: return Text("direct");  // there are no parents yet
    default: return Text::none();
  }
}

Number RowSubject::number(Key key) const {
  switch (key) {
    case Key::port: return target().port == 0 ? Number::none() : Number(target().port);
    case Key::status: return row_.status != 0 ? Number(row_.status) : row_.open ? Number::unknown() : Number::none();
    case Key::size: return row_.open ? Number::unknown() : Number(row_.bytes_out);
    case Key::time: return row_.open ? Number::unknown() : Number(static_cast<std::uint64_t>(row_.took.count()));
    default: return Number::none();
  }
}

Truth RowSubject::flag(Flag flag) const {
  switch (flag) {
    case Flag::pending: return match::truth_of(row_.open);
    case Flag::error: {
      bool cut = row_.end == End::upstream_broke || row_.end == End::timed_out || row_.end == End::client_gone;
      if (row_.open) return Truth::unknown;
      return match::truth_of(row_.error != Token::none || (cut && row_.status != 0 && row_.method != "CONNECT"));
    }
    case Flag::tunnel: return match::truth_of(row_.method == "CONNECT" && (row_.open || row_.end != End::answered));
    case Flag::ws:
      return row_.status != 101 ? match::truth_of(false) : Truth::unknown;  // the fields say which protocol
    case Flag::sse:
      if (row_.type_unknown || (row_.open && row_.status == 0)) return Truth::unknown;
      return match::truth_of(ascii::equal_nocase(row_.content_type.substr(0, 17), "text/event-stream"));
    case Flag::blocked: return match::truth_of(row_.status == 403 && row_.end == End::answered);
    case Flag::retried: return Truth::unknown;
    case Flag::pinned: return match::truth_of(marks_.pinned);
    case Flag::noted: return match::truth_of(marks_.noted);
    case Flag::incomplete: return match::truth_of((row_.flags & kMissing) != 0);
    case Flag::replayed: return match::truth_of((row_.flags & kReplayed) != 0);
    // No rules, cache, breakpoints or interception yet: nothing was.
    case Flag::modified:
    case Flag::cached:
    case Flag::mocked:
    case Flag::held:
    case Flag::intercepted: return Truth::no;
  }
  return Truth::no;
}

Truth RowSubject::any(Key key, std::string_view, const match::Probe& probe) const {
  switch (key) {
    case Key::tag: return match::truth_of(std::any_of(marks_.tags.begin(), marks_.tags.end(), std::cref(probe)));
    case Key::list:
    case Key::rule: return Truth::no;
    default: return Truth::unknown;
  }
}

}  // namespace porthole::flow
