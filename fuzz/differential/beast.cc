// Boost.Beast's reading (Debian's libboost-dev; headers only). See reading.h.
#define BOOST_DISABLE_ASSERTS  // its parser asserts that a last chunk does not trickle in: "0\r\n\r" alone is n >= 5 broken
#include <optional>

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http.hpp>

#include "differential/reading.h"

namespace porthole::differential {
namespace {

namespace beast = boost::beast::http;
constexpr std::uint32_t kHeadMax = 64 * 1024;  // as ours
constexpr std::uint64_t kBodyMax = std::uint64_t{1} << 62;

// string_body without its trust: it reserves what Content-Length says.
struct Content {
  using value_type = std::string;
  class reader {  // NOLINT(readability-identifier-naming): Beast's name
   public:
    template <bool kIsRequest, class Fields>
    reader(beast::header<kIsRequest, Fields>&, value_type& content) : content_(content) {}
    void init(const boost::optional<std::uint64_t>&, boost::beast::error_code& error) { error = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::beast::error_code& error) {
      error = {};
      std::size_t before = content_.size();
      for (auto buffer : boost::beast::buffers_range_ref(buffers))
        content_.append(static_cast<const char*>(buffer.data()), buffer.size());
      return content_.size() - before;
    }
    void finish(boost::beast::error_code& error) { error = {}; }

   private:
    value_type& content_;
  };
};

std::string text_of(boost::beast::string_view view) { return {view.data(), view.size()}; }
std::string version_of(unsigned version) { return std::to_string(version / 10) + "." + std::to_string(version % 10); }

std::vector<std::string> start_of(const beast::request<Content>& head) {
  return {text_of(head.method_string()), text_of(head.target()), version_of(head.version())};
}
std::vector<std::string> start_of(const beast::response<Content>& head) {
  return {version_of(head.version()), std::to_string(head.result_int()), text_of(head.reason())};
}

// One message at a time: `window` holds what the parser has not yet taken.
template <bool kIsRequest>
class Reader {
 public:
  explicit Reader(bool head_request) : head_request_(head_request) {}

  Reading read(std::string_view input) {
    begin();
    for (std::size_t i = 0; i < input.size() && reading_.outcome == "waiting"; ++i) {
      window_ += input[i];
      take(i + 1);
    }
    if (reading_.outcome == "waiting" && parser_->got_some() && parser_->is_header_done() && parser_->need_eof()) {
      boost::beast::error_code error;
      parser_->put_eof(error);
      if (error) refuse(error);
      else end_message(input.size());
      if (reading_.outcome != "refused") reading_.outcome = "closed";
    }
    return std::move(reading_);
  }

 private:
  void begin() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(kHeadMax);
    parser_->body_limit(kBodyMax);
    if (head_request_) parser_->skip(true);
    head_taken_ = false;
    message_ = {};
  }
  void take(std::size_t offset) {
    boost::beast::error_code error;
    std::size_t taken = parser_->put(boost::asio::buffer(window_), error);
    window_.erase(0, taken);
    if (!head_taken_ && parser_->is_header_done()) {
      head_taken_ = true;  // before the trailers, which Beast adds to the fields
      message_.start = start_of(parser_->get());
      for (const auto& field : parser_->get())
        message_.fields.emplace_back(text_of(field.name_string()), text_of(field.value()));
    }
    if (error == beast::error::need_more) return;
    if (error) return refuse(error);
    if (parser_->is_done()) end_message(offset);
  }
  void end_message(std::size_t offset) {
    message_.body = parser_->get().body();
    message_.end = offset;
    bool ends_http = false;
    if constexpr (kIsRequest) ends_http = parser_->get().method() == beast::verb::connect;
    else ends_http = parser_->get().result_int() == 101;
    ends_http = ends_http || (message_.start.size() == 3 && !parser_->keep_alive() && kIsRequest);
    reading_.messages.push_back(std::move(message_));
    if (ends_http || reading_.messages.size() == kMessagesMax) reading_.outcome = "done";
    begin();
  }
  void refuse(const boost::beast::error_code& error) {
    reading_.outcome = "refused";
    reading_.detail = error.message();
  }

  bool head_request_;
  std::optional<beast::parser<kIsRequest, Content>> parser_;
  bool head_taken_ = false;
  std::string window_;
  Reading reading_;
  Message message_;
};

}  // namespace

Reading read_beast(char kind, std::string_view input) {
  if (kind == 'q') return Reader<true>(false).read(input);
  return Reader<false>(kind == 'h').read(input);
}

}  // namespace porthole::differential
