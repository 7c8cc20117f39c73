#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/files/sentence_config.h"
#include "compress/model/model_options.h"
#include "compress/model/token_sequence.h"
#include "data/status.h"

namespace temblor {

struct SentenceOptions {
    /// Tokens of a text; 0: what the folder says, else what the model takes. Longer texts are cut.
    int64_t longest = 0;
    /// The first values that are kept of each vector (Matryoshka embeddings); 0: all.
    int64_t dimensions = 0;
    /// Pooling and normalisation to length 1, where they are not to be the folder's.
    std::optional<Pooling> pooling = std::nullopt;
    std::optional<bool> normalize = std::nullopt;
};

/// A vector a text: the hidden states of its tokens, pooled, cut and normalised, as
/// sentence-transformers does it. Immutable; thread-safe, but calls at once share the threads of
/// the process.
class SentenceEncoder {
public:
    /// Opens the folder of a BERT, RoBERTa, XLM-RoBERTa or DistilBERT, with the files of
    /// sentence-transformers where there are some (sentence_config.h). Errors name file and field
    /// or tensor; kUnimplemented in a build without libtorch.
    static Result<std::unique_ptr<SentenceEncoder>> open(const std::string& folder,
                                                         const ModelOptions& options);
    ~SentenceEncoder();

    /// [texts, dimensions] row by row, in the order of the texts.
    /// Errors: kInvalidArgument naming the text, or for more dimensions than there are; kNotFound
    /// where the folder has no tokenizer.
    [[nodiscard]] Result<std::vector<float>> encode(std::span<const std::string_view> texts,
                                                    const SentenceOptions& options) const;
    /// The same of tokens.
    [[nodiscard]] Result<std::vector<float>> encode_tokens(std::span<const TokenSequence> texts,
                                                           const SentenceOptions& options) const;

    /// Values of a whole vector.
    [[nodiscard]] int64_t dimensions() const;

private:
    struct Parts;
    explicit SentenceEncoder(std::unique_ptr<const Parts> parts);
    std::unique_ptr<const Parts> parts_;
};

}  // namespace temblor
