#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "data/sparse_vector.h"
#include "data/status.h"
#include "data/text/analyzer.h"
#include "data/text/term_counts.h"

namespace temblor {

/// How documents of a HashedBm25 are weighed.
struct HashedBm25Options {
    static constexpr double kMaxSaturation = 1e6;

    Saturation saturation;
    double average_length = 256;  ///< terms of a usual document; finite, over 0
};

/// BM25 without a corpus: text becomes a sparse vector at once, so that it can be written and
/// searched as it comes. A term's component is the absolute value of its 32-bit MurmurHash3, taken
/// as a signed number. A document's weight is
///
///     tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average_length))
///
/// and a query's is 1 for each distinct term. Times idf (a sparse vector with the modifier idf),
/// the inner product is BM25. Terms whose hashes are equal count as one.
///
/// Components and weights are those of FastEmbed's and Qdrant's "qdrant/bm25" wherever
/// data/text/analyzer.h finds the same terms: for plain words, not where words are cut within
/// ("don't", "3.14") or another list of stop words is used.
/// Immutable; any number of threads.
class HashedBm25 {
public:
    /// Errors: kInvalidArgument for k1, b or average_length, named "k", "b" and "avg_len".
    static Result<HashedBm25> create(std::shared_ptr<const Analyzer> analyzer,
                                     const HashedBm25Options& options);

    /// Components ascend; text without terms gives an empty vector. Errors: those of
    /// Analyzer::analyze.
    [[nodiscard]] Result<SparseVector> document(std::string_view text) const;
    [[nodiscard]] Result<SparseVector> query(std::string_view text) const;

    static uint32_t component_of(std::string_view term);

private:
    HashedBm25(std::shared_ptr<const Analyzer> analyzer, const HashedBm25Options& options)
        : analyzer_(std::move(analyzer)), options_(options) {}

    /// One a term of the text, ascending.
    [[nodiscard]] Result<std::vector<uint32_t>> components(std::string_view text) const;

    std::shared_ptr<const Analyzer> analyzer_;
    HashedBm25Options options_;
};

}  // namespace temblor
