#include "index/payload/moment.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace temblor {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
/// The last microsecond of the year 9999, and the first of the year 0.
constexpr int64_t kLast = 253402300799999999;
constexpr int64_t kFirst = -62167219200000000;

class MomentReader {
public:
    explicit MomentReader(std::string_view text) : text_(text) {}

    std::optional<Moment> read() {
        int64_t time = 0;
        if (!date(time)) return std::nullopt;
        if (!text_.empty() && (!take_any("Tt ") || !clock(time) || !zone(time))) {
            return std::nullopt;
        }
        if (!text_.empty()) return std::nullopt;
        return Moment{time};
    }

private:
    bool take_any(std::string_view characters) {
        if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) return false;
        text_.remove_prefix(1);
        return true;
    }

    bool digits(int count, int& number) {
        number = 0;
        for (int i = 0; i < count; ++i) {
            if (text_.empty() || text_.front() < '0' || text_.front() > '9') return false;
            number = number * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
        }
        return true;
    }

    bool date(int64_t& time) {
        int year = 0;
        int month = 0;
        int day = 0;
        if (!digits(4, year) || !take_any("-") || !digits(2, month) || !take_any("-") ||
            !digits(2, day)) {
            return false;
        }
        const std::chrono::year_month_day civil{std::chrono::year(year),
                                                std::chrono::month(static_cast<unsigned>(month)),
                                                std::chrono::day(static_cast<unsigned>(day))};
        if (!civil.ok()) return false;
        time = std::chrono::sys_days(civil).time_since_epoch().count() * kDay;
        return true;
    }

    bool clock(int64_t& time) {
        int hour = 0;
        int minute = 0;
        int second = 0;
        if (!digits(2, hour) || !take_any(":") || !digits(2, minute)) return false;
        const bool has_seconds = take_any(":");
        if (has_seconds && !digits(2, second)) return false;
        if (hour > 23 || minute > 59 || second > 60) return false;
        time += hour * kHour + minute * kMinute + std::min(second, 59) * kSecond;
        return !has_seconds || fraction(time);
    }

    bool fraction(int64_t& time) {
        if (!take_any(".")) return true;
        int digit = 0;
        if (!digits(1, digit)) return false;
        int64_t unit = kSecond / 10;
        do {
            time += digit * unit;
            unit /= 10;
        } while (digits(1, digit));
        return true;
    }

    bool zone(int64_t& time) {
        if (text_.empty() || take_any("Zz")) return true;
        const bool ahead = text_.front() == '+';
        int hour = 0;
        int minute = 0;
        if (!take_any("+-") || !digits(2, hour) || !take_any(":") || !digits(2, minute) ||
            hour > 23 || minute > 59) {
            return false;
        }
        const int64_t offset = hour * kHour + minute * kMinute;
        time += ahead ? -offset : offset;
        return true;
    }

    std::string_view text_;
};

}  // namespace

std::optional<Moment> parse_moment(std::string_view text) { return MomentReader(text).read(); }

std::string to_string(Moment moment) {
    // Outside the four-digit years the zone carries the rest, which is under a day.
    int64_t offset = 0;
    if (moment.microseconds > kLast || moment.microseconds < kFirst) {
        offset = moment.microseconds > kLast ? kDay - kMinute : kMinute - kDay;
    }
    const int64_t local = moment.microseconds - offset;
    const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(local)};
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day civil(days);
    const int64_t rest = (time - days).count();
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06d",
                  static_cast<int>(civil.year()), static_cast<unsigned>(civil.month()),
                  static_cast<unsigned>(civil.day()), static_cast<int>(rest / kHour),
                  static_cast<int>(rest % kHour / kMinute),
                  static_cast<int>(rest % kMinute / kSecond), static_cast<int>(rest % kSecond));
    const char* zone = offset == 0 ? "Z" : offset > 0 ? "-23:59" : "+23:59";
    return std::string(text.data()) + zone;
}

}  // namespace temblor
