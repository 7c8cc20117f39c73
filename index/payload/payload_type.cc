#include "index/payload/payload_type.h"

#include <array>
#include <string>

namespace temblor {
namespace {

constexpr std::array kTypes = {PayloadType::kKeyword, PayloadType::kInteger,  PayloadType::kFloat,
                               PayloadType::kBool,    PayloadType::kDatetime, PayloadType::kText};

}  // namespace

std::string_view payload_type_name(PayloadType type) {
    switch (type) {
        case PayloadType::kKeyword:
            return "keyword";
        case PayloadType::kInteger:
            return "integer";
        case PayloadType::kFloat:
            return "float";
        case PayloadType::kBool:
            return "bool";
        case PayloadType::kDatetime:
            return "datetime";
        case PayloadType::kText:
            return "text";
    }
    return "unknown";
}

Result<PayloadType> parse_payload_type(std::string_view name) {
    for (const PayloadType type : kTypes) {
        if (payload_type_name(type) == name) return type;
    }
    return Status::invalid_argument("payload type '" + std::string(name) +
                                    "': expected keyword, integer, float, bool, datetime or text");
}

}  // namespace temblor
