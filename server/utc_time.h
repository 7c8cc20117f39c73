#pragma once

#include <chrono>
#include <string>

namespace temblor {

/// "2024-05-01T12:00:00.123456Z".
std::string utc_time(std::chrono::system_clock::time_point time);

}  // namespace temblor
