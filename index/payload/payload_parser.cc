#include "index/payload/payload_parser.h"

#include <string>

namespace temblor {

Result<simdjson::dom::element> PayloadParser::parse(std::string_view payload) {
    if (payload.empty()) payload = "{}";
    simdjson::dom::element root;
    const auto error = parser_.parse(payload.data(), payload.size()).get(root);
    if (error != simdjson::SUCCESS) {
        return Status::corruption(std::string("payload: not valid JSON: ") +
                                  simdjson::error_message(error));
    }
    if (!root.is_object()) return Status::corruption("payload: expected a JSON object");
    return root;
}

}  // namespace temblor
