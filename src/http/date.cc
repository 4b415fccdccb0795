// See date.h. Days are counted with the civil-calendar arithmetic of Howard Hinnant, so no locale, time zone or libc
// call is involved.
#include "http/date.h"

#include <cstring>

#include "base/ascii.h"

namespace porthole::http {
namespace {

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view kDays = "ThuFriSatSunMonTueWed";  // 1 January 1970 was a Thursday
constexpr std::array<std::string_view, 7> kLongDays = {"Thursday", "Friday",  "Saturday", "Sunday",
                                                       "Monday",   "Tuesday", "Wednesday"};
constexpr std::int64_t kDaySeconds = 86400;

struct Civil {
  std::int64_t year;
  unsigned month;  // 1-12
  unsigned day;    // 1-31
};

constexpr std::int64_t days_of(Civil date) {
  std::int64_t y = date.year - (date.month <= 2 ? 1 : 0);
  std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  std::int64_t year_of_era = y - era * 400;
  std::int64_t day_of_year = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

constexpr Civil civil_of(std::int64_t days) {
  std::int64_t z = days + 719468;
  std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  std::int64_t day_of_era = z - era * 146097;
  std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  auto day = static_cast<unsigned>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  auto month = static_cast<unsigned>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}
static_assert(days_of({1970, 1, 1}) == 0 && days_of({2000, 3, 1}) == 11017);

void put_two(char* place, std::int64_t value) {
  place[0] = static_cast<char>('0' + value / 10 % 10);
  place[1] = static_cast<char>('0' + value % 10);
}

// Reads the pieces of a date from left to right; any mismatch makes `ok` false for good.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && text_.empty(); }

  void literal(std::string_view expected) {
    ok_ = ok_ && text_.starts_with(expected);
    if (ok_) text_.remove_prefix(expected.size());
  }
  // `leading_blank`: asctime writes " 6" for the sixth day.
  int number(std::size_t digits, bool leading_blank = false) {
    int value = 0;
    if (text_.size() < digits) ok_ = false;
    for (std::size_t i = 0; ok_ && i < digits; ++i) {
      char c = text_[i];
      if (leading_blank && i == 0 && c == ' ') c = '0';
      if (!ascii::digit(c)) ok_ = false;
      value = value * 10 + (c - '0');
    }
    if (ok_) text_.remove_prefix(digits);
    return value;
  }
  unsigned month() {
    std::size_t at = text_.size() < 3 ? std::string_view::npos : kMonths.find(text_.substr(0, 3));
    if (at == std::string_view::npos || at % 3 != 0) {
      ok_ = false;
      return 0;
    }
    text_.remove_prefix(3);
    return static_cast<unsigned>(at / 3 + 1);
  }
  // Seconds since midnight of "08:49:37"; 60 is a leap second.
  std::int64_t time_of_day() {
    std::int64_t hours = number(2);
    literal(":");
    std::int64_t minutes = number(2);
    literal(":");
    std::int64_t seconds = number(2);
    if (hours > 23 || minutes > 59 || seconds > 60) ok_ = false;
    return hours * 3600 + minutes * 60 + seconds;
  }

 private:
  std::string_view text_;
  bool ok_ = true;
};

std::optional<std::int64_t> assemble(const Reader& reader, Civil date, std::int64_t time_of_day) {
  if (!reader.finished() || date.month == 0) return std::nullopt;
  std::int64_t days = days_of(date);
  Civil back = civil_of(days);
  if (back.month != date.month || back.day != date.day) return std::nullopt;  // 31 February
  return days * kDaySeconds + time_of_day;
}

bool is_short_day(std::string_view text) {
  std::size_t at = kDays.find(text);
  return text.size() == 3 && at != std::string_view::npos && at % 3 == 0;
}

std::optional<std::int64_t> parse_imf_fixdate(std::string_view text) {
  if (!is_short_day(text.substr(0, 3))) return std::nullopt;
  Reader reader(text.substr(3));
  Civil date{};
  reader.literal(", ");
  date.day = static_cast<unsigned>(reader.number(2));
  reader.literal(" ");
  date.month = reader.month();
  reader.literal(" ");
  date.year = reader.number(4);
  reader.literal(" ");
  std::int64_t time = reader.time_of_day();
  reader.literal(" GMT");
  return assemble(reader, date, time);
}

std::optional<std::int64_t> parse_rfc850(std::string_view text, std::int64_t now_unix_seconds) {
  std::size_t comma = text.find(',');
  bool known = false;
  for (std::string_view day : kLongDays) known = known || text.substr(0, comma) == day;
  if (!known) return std::nullopt;
  Reader reader(text.substr(comma));
  Civil date{};
  reader.literal(", ");
  date.day = static_cast<unsigned>(reader.number(2));
  reader.literal("-");
  date.month = reader.month();
  reader.literal("-");
  std::int64_t this_year = civil_of(now_unix_seconds / kDaySeconds).year;
  date.year = this_year - this_year % 100 + reader.number(2);
  if (date.year > this_year + 50) date.year -= 100;
  reader.literal(" ");
  std::int64_t time = reader.time_of_day();
  reader.literal(" GMT");
  return assemble(reader, date, time);
}

std::optional<std::int64_t> parse_asctime(std::string_view text) {
  if (!is_short_day(text.substr(0, 3))) return std::nullopt;
  Reader reader(text.substr(3));
  Civil date{};
  reader.literal(" ");
  date.month = reader.month();
  reader.literal(" ");
  date.day = static_cast<unsigned>(reader.number(2, true));
  reader.literal(" ");
  std::int64_t time = reader.time_of_day();
  reader.literal(" ");
  date.year = reader.number(4);
  return assemble(reader, date, time);
}

}  // namespace

std::array<char, 29> format_date(std::int64_t unix_seconds) {
  std::array<char, 29> text;
  std::memcpy(text.data(), "Thu, 01 Jan 1970 00:00:00 GMT", text.size());
  std::int64_t days = unix_seconds / kDaySeconds;
  std::int64_t seconds = unix_seconds % kDaySeconds;
  Civil date = civil_of(days);
  kDays.copy(text.data(), 3, static_cast<std::size_t>(days % 7 * 3));
  put_two(text.data() + 5, date.day);
  kMonths.copy(text.data() + 8, 3, (date.month - 1) * 3);
  put_two(text.data() + 12, date.year / 100);
  put_two(text.data() + 14, date.year);
  put_two(text.data() + 17, seconds / 3600);
  put_two(text.data() + 20, seconds / 60 % 60);
  put_two(text.data() + 23, seconds % 60);
  return text;
}

std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now_unix_seconds) {
  if (text.size() > 3 && text[3] == ',') return parse_imf_fixdate(text);
  if (text.size() > 3 && text[3] == ' ') return parse_asctime(text);
  return parse_rfc850(text, now_unix_seconds);
}

}  // namespace porthole::http
