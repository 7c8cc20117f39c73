#pragma once

#include <memory>
#include <string_view>

#include "index/payload/filter.h"

namespace temblor {

/// Matches filters against payloads as they are stored: text. Keeps its parser's memory from one
/// payload to the next, so a thread should keep its matcher. Not thread-safe.
class PayloadMatcher {
public:
    PayloadMatcher();
    ~PayloadMatcher();
    PayloadMatcher(PayloadMatcher&&) noexcept;
    PayloadMatcher& operator=(PayloadMatcher&&) noexcept;

    /// `payload` is a JSON object; empty text means {}. Errors: kCorruption when it is neither.
    Result<bool> matches(const Filter& filter, const DocumentId& id, std::string_view payload);

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace temblor
