#pragma once

#include <cstdint>
#include <vector>

namespace temblor {

/// A text as the tokens of a model, those of its template ([CLS], [SEP]) included.
struct TokenSequence {
    std::vector<uint32_t> ids;
    /// Which of a pair's texts a token is of, as `token_type_ids`; empty: all 0.
    std::vector<uint8_t> types;
};

}  // namespace temblor
