// See bounded_json.h.
#include "flow/bounded_json.h"

#include <nlohmann/json.hpp>

namespace porthole::flow {
namespace {

using nlohmann::json;

// Ends the reading when there is too much.
class Count final : public nlohmann::json_sax<json> {
 public:
  explicit Count(std::size_t values_max) : left_(values_max) {}

  bool null() override { return one(); }
  bool boolean(bool) override { return one(); }
  bool number_integer(number_integer_t) override { return one(); }
  bool number_unsigned(number_unsigned_t) override { return one(); }
  bool number_float(number_float_t, const string_t&) override { return one(); }
  bool string(string_t&) override { return one(); }
  bool binary(binary_t&) override { return one(); }
  bool key(string_t&) override { return one(); }
  bool start_object(std::size_t) override { return deeper(); }
  bool start_array(std::size_t) override { return deeper(); }
  bool end_object() override { return back(); }
  bool end_array() override { return back(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool one() { return left_ > 0 && left_-- > 0; }
  bool deeper() { return ++depth_ <= kJsonDepthMax && one(); }
  bool back() {
    --depth_;
    return true;
  }
  std::size_t left_, depth_ = 0;
};

}  // namespace

json parse_bounded(std::string_view text, std::size_t values_max) {
  Count count(values_max);
  if (!json::sax_parse(text, &count)) return json::value_t::discarded;
  return json::parse(text, nullptr, false);
}

}  // namespace porthole::flow
