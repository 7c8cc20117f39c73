#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/model_options.h"
#include "compress/model/token_sequence.h"
#include "data/sparse_vector.h"
#include "data/status.h"

namespace temblor {

struct SpladeOptions {
    /// Tokens of a text; 0: what the model takes. Longer texts are cut.
    int64_t longest = 0;
    /// The largest entries that are kept of each vector; 0: all.
    size_t top_k = 0;
};

/// Sparse vectors of texts by a masked language model (SPLADE, Formal et al. 2021): the weight of
/// a word is the largest log(1 + relu(score)) over the text's tokens; components are token ids.
/// Immutable; thread-safe, but calls at once share the threads of the process.
class SpladeEncoder {
public:
    /// Opens a Hugging Face folder whose config.json names a ...ForMaskedLM of BERT, RoBERTa,
    /// XLM-RoBERTa or DistilBERT. Errors name file and field or tensor; kUnimplemented in a build
    /// without libtorch.
    static Result<std::unique_ptr<SpladeEncoder>> open(const std::string& folder,
                                                       const ModelOptions& options);
    ~SpladeEncoder();

    /// One vector a text, in their order, components ascending, values above 0. Results depend
    /// neither on order nor on what else is in the batch, but for rounding.
    /// Errors: kInvalidArgument naming the text; kNotFound where the folder has no tokenizer.
    [[nodiscard]] Result<std::vector<SparseVector>> encode(std::span<const std::string_view> texts,
                                                           const SpladeOptions& options) const;
    /// The same of tokens.
    [[nodiscard]] Result<std::vector<SparseVector>> encode_tokens(
        std::span<const TokenSequence> texts, const SpladeOptions& options) const;

    /// Components lie below.
    [[nodiscard]] uint32_t dimensions() const;

private:
    struct Parts;
    explicit SpladeEncoder(std::unique_ptr<const Parts> parts);
    std::unique_ptr<const Parts> parts_;
};

}  // namespace temblor
