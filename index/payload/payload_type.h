#pragma once

#include <cstdint>
#include <string_view>

#include "data/status.h"

namespace temblor {

/// What a payload index takes the values of a key for. Values of another type are not in the index.
enum class PayloadType : uint8_t {
    kKeyword = 1,   ///< strings, compared whole
    kInteger = 2,   ///< whole numbers that fit 64 bits, signed
    kFloat = 3,     ///< every number
    kBool = 4,      ///< true and false
    kDatetime = 5,  ///< RFC 3339 strings, compared as moments in time, to the microsecond
    kText = 6,      ///< strings by their words; a name only, nothing is built for it
};
/// Whether segments hold something for an index of the type. Without, filters read the payloads.
constexpr bool is_built(PayloadType type) { return type != PayloadType::kText; }
/// "keyword", "integer", "float", "bool", "datetime", "text".
std::string_view payload_type_name(PayloadType type);
Result<PayloadType> parse_payload_type(std::string_view name);

}  // namespace temblor
