#pragma once

#include "data/text/text_encoder.h"
#include "server/encoders.h"

namespace temblor {

/// BM25 (data/text/bm25.h) over the given documents alone: document frequencies and the mean length
/// are theirs. Scores are BM25's own, not scaled; a document without a word of the query has 0.
class Bm25Reranker final : public Reranker {
public:
    explicit Bm25Reranker(TextEncoderOptions options = {}) : options_(std::move(options)) {}

    /// O(bytes of all documents). Errors: kInvalidArgument (the options), kCancelled.
    [[nodiscard]] Result<std::vector<float>> score(
        std::string_view query, std::span<const std::string> documents,
        const std::function<bool()>& cancelled) const override;

private:
    TextEncoderOptions options_;
};

}  // namespace temblor
