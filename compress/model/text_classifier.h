#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/model_options.h"
#include "compress/model/token_sequence.h"
#include "data/status.h"

namespace temblor {

/// Scores of texts or of pairs by an encoder with a head for sequences: a cross-encoder that tells
/// how well a document answers a query, or any other classifier. Immutable; thread-safe, but calls
/// at once share the threads of the process.
class TextClassifier {
public:
    /// Opens a Hugging Face folder whose config.json names a ...ForSequenceClassification. Errors
    /// name file and field or tensor; kUnimplemented in a build without libtorch.
    static Result<std::unique_ptr<TextClassifier>> open(const std::string& folder,
                                                        const ModelOptions& options);
    ~TextClassifier();

    /// Raw scores [pairs, labels] row by row of pairs of texts. `longest` tokens of a pair (0: what
    /// the model takes); the longer text is cut. Errors: kInvalidArgument naming the pair, or when
    /// the spans differ in length.
    [[nodiscard]] Result<std::vector<float>> score_pairs(std::span<const std::string_view> firsts,
                                                         std::span<const std::string_view> seconds,
                                                         int64_t longest) const;
    /// The same of tokens.
    [[nodiscard]] Result<std::vector<float>> score_tokens(
        std::span<const TokenSequence> texts) const;

    /// One, of cross-encoders.
    [[nodiscard]] const std::vector<std::string>& labels() const;

private:
    struct Parts;
    explicit TextClassifier(std::unique_ptr<const Parts> parts);
    std::unique_ptr<const Parts> parts_;
};

}  // namespace temblor
