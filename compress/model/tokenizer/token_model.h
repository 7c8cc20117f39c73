#pragma once

#include <string_view>
#include <vector>

#include "compress/model/tokenizer/token_table.h"
#include "compress/model/tokenizer/word_cache.h"
#include "data/status.h"

namespace temblor {

/// What cuts words into tokens of a vocabulary. Immutable and thread-safe.
class TokenModel {
public:
    virtual ~TokenModel() = default;
    /// Appends the tokens of `word`, well-formed UTF-8 and not empty. Errors: kInvalidArgument if
    /// the vocabulary has neither tokens nor an unknown token for it.
    Status tokenize(std::string_view word, WordCache& cache, std::vector<ModelToken>& out) const {
        if (cache.find(word, out)) return {};
        const size_t before = out.size();
        TEMBLOR_RETURN_IF_ERROR(cut(word, out));
        cache.insert(word, std::span<const ModelToken>(out).subspan(before));
        return {};
    }
    [[nodiscard]] virtual const TokenTable& tokens() const = 0;
    /// Whether it takes a word's bytes as they are, where a byte-level pre-tokenizer would spell
    /// them in its alphabet.
    [[nodiscard]] virtual bool takes_bytes() const { return false; }

private:
    virtual Status cut(std::string_view word, std::vector<ModelToken>& out) const = 0;
};

}  // namespace temblor
