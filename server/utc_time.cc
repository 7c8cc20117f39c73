#include "server/utc_time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace temblor {

std::string utc_time(std::chrono::system_clock::time_point time) {
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    const std::time_t seconds = micros / 1'000'000;
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(seconds), micros % 1'000'000);
}

}  // namespace temblor
