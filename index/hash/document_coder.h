#pragma once

#include <cstdint>
#include <span>

#include "data/progress.h"
#include "data/status.h"
#include "index/hash/code_book.h"
#include "index/hash/hash_parameters.h"
#include "index/hash/hashed_lists.h"
#include "index/hash/hashed_rows.h"

namespace temblor {

/// Codes of rows' residuals to the cells they stand in: one book chooses a row's code, another,
/// fitted or the same, says what it counts for. How wrong that is was measured.
class DocumentCoder {
public:
    DocumentCoder() = default;

    /// `residuals` are a sample of them. `parameters` are resolved. kInternal (Faiss).
    static Result<DocumentCoder> train(const HashedRows& rows, std::span<const float> residuals,
                                       const HashParameters& parameters,
                                       const HashTraining& training, Progress& progress);

    /// The code of row `r` as it stands in `cell`: subspaces() bytes. Error along the row weighs
    /// more than across it, as queries that should find a row are like it. O(dim * centroids).
    void encode(const HashedRows& rows, size_t r, uint32_t cell, std::span<uint8_t> codes) const;

    /// What codes count for.
    [[nodiscard]] const CodeBook& book() const { return book_; }
    /// HashedLists::residual_spread() and code_spread().
    [[nodiscard]] float residual_spread() const { return residual_spread_; }
    [[nodiscard]] float code_spread() const { return code_spread_; }

private:
    void fit(const HashedRows& rows, const HashTraining& training, uint64_t seed,
             Progress& progress);
    void measure(const HashedRows& rows, uint64_t seed);

    CodeBook encoder_;
    CodeBook book_;
    float residual_spread_ = 0;
    float code_spread_ = 0;
};

}  // namespace temblor
