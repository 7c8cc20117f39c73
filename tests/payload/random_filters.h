#pragma once

#include <cstddef>
#include <string>

#include "data/splitmix.h"

namespace temblor {

/// Random payloads and filters, as JSON, over few keys and few but odd values, so that they meet.
class RandomFilters {
public:
    explicit RandomFilters(uint64_t seed) : random_(seed) {}

    std::string payload();
    /// `depth` bounds filters within filters.
    std::string filter(size_t depth);

    uint64_t below(uint64_t bound) { return random_.below(bound); }

private:
    std::string value(size_t depth);
    std::string scalar();
    std::string object(size_t depth);
    std::string key(bool inner);
    std::string condition(size_t depth, bool inner);
    std::string clauses(size_t depth, bool inner);
    std::string range();
    std::string match();
    std::string count();

    SplitMix random_;
};

}  // namespace temblor
