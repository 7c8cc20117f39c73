#pragma once

#include <string>
#include <string_view>

namespace temblor {

/// `given` when it is 1 to 128 letters, digits, '-', '_', '.' or ':', else a new random id.
std::string request_id_of(std::string_view given);

}  // namespace temblor
