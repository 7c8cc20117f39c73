#include "server/http/request_id.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

namespace temblor {

std::string request_id_of(std::string_view given) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.' || c == ':';
    };
    if (!given.empty() && given.size() <= 128 && std::all_of(given.begin(), given.end(), is_plain))
        return std::string(given);
    static thread_local std::mt19937_64 random{std::random_device{}()};
    return fmt::format("{:016x}", random());
}

}  // namespace temblor
