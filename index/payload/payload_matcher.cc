#include "index/payload/payload_matcher.h"

#include "index/payload/filter_match.h"
#include "index/payload/payload_parser.h"

namespace temblor {

struct PayloadMatcher::Parser {
    PayloadParser parser;
};

PayloadMatcher::PayloadMatcher() : parser_(std::make_unique<Parser>()) {}
PayloadMatcher::~PayloadMatcher() = default;
PayloadMatcher::PayloadMatcher(PayloadMatcher&&) noexcept = default;
PayloadMatcher& PayloadMatcher::operator=(PayloadMatcher&&) noexcept = default;

Result<bool> PayloadMatcher::matches(const Filter& filter, const DocumentId& id,
                                     std::string_view payload) {
    TEMBLOR_ASSIGN_OR_RETURN(const simdjson::dom::element root, parser_->parser.parse(payload));
    return temblor::matches(filter, id, root);
}

}  // namespace temblor
