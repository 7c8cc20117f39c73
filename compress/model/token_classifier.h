#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/model_options.h"
#include "compress/model/token_sequence.h"
#include "compress/model/tokenizer/tokenizer.h"
#include "data/status.h"

namespace temblor {

/// Scores of the tokens of one text.
struct TokenScores {
    std::vector<float> scores;      ///< [tokens, labels] row by row, raw
    std::vector<ByteSpan> offsets;  ///< of each token in the text; empty when tokens were given
};

/// Scores of every token of a text by an encoder with a head for tokens: what a compressor of
/// prompts keeps or drops (LLMLingua-2), names, and so on. Immutable; thread-safe, but calls at
/// once share the threads of the process.
class TokenClassifier {
public:
    /// Opens a Hugging Face folder whose config.json names a ...ForTokenClassification. Errors name
    /// file and field or tensor; kUnimplemented in a build without libtorch.
    static Result<std::unique_ptr<TokenClassifier>> open(const std::string& folder,
                                                         const ModelOptions& options);
    ~TokenClassifier();

    /// One entry a text, in their order; texts are cut at `longest` tokens (0: what the model
    /// takes).
    [[nodiscard]] Result<std::vector<TokenScores>> score(std::span<const std::string_view> texts,
                                                         int64_t longest) const;
    /// The same of tokens.
    [[nodiscard]] Result<std::vector<TokenScores>> score_tokens(
        std::span<const TokenSequence> texts) const;

    [[nodiscard]] const std::vector<std::string>& labels() const;

private:
    struct Parts;
    explicit TokenClassifier(std::unique_ptr<const Parts> parts);
    std::unique_ptr<const Parts> parts_;
};

}  // namespace temblor
