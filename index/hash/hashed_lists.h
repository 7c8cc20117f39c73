#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "data/progress.h"
#include "data/status.h"
#include "index/blocked_lists.h"
#include "index/hash/code_book.h"
#include "index/hash/hash_parameters.h"
#include "index/hash/hash_space.h"
#include "index/hash/ranking_examples.h"
#include "index/section_file.h"
#include "index/segment_writer.h"

namespace temblor {

/// Blocked lists of dense vectors: a list is a coarse cell, a block a small one, and a row stands
/// in the blocks of a few small cells near it, each time with a code of its residual to that cell's
/// centroid. A block's summary is the code of the vector that its rows would be if they were one,
/// as a residual to the list's centroid, which is the mean of these vectors: the centroid times the
/// block's scale, for Euclid with the scale added to its last coordinate. A centroid is nowhere
/// else: residuals are to the one that the summary gives.
///
/// Lists, postings and blocks are those of sparse vectors (index/blocked_lists.h): postings are
/// rows, each block filled up to a multiple of CodeShape::kGroup with kNoPlace; a view over
/// sections of an open file, which must outlive it; immutable; every position read from it is
/// checked where it is used.
class HashedLists {
public:
    HashedLists() = default;
    /// `dim`, `distance`, `rows`: what the file's vectors are; the sections must agree.
    static Result<HashedLists> open(const SectionFile& file, uint64_t rows, uint32_t dim,
                                    Distance distance);

    [[nodiscard]] uint64_t rows() const { return rows_; }
    [[nodiscard]] const HashSpace& space() const { return space_; }
    [[nodiscard]] const BlockedLists& lists() const { return lists_; }
    [[nodiscard]] uint32_t cells() const { return cells_; }
    [[nodiscard]] const HashParameters& parameters() const { return parameters_; }
    /// What codes of documents and of summaries mean.
    [[nodiscard]] const CodeBook& documents() const { return documents_; }
    [[nodiscard]] const CodeBook& summaries() const { return summaries_; }
    /// Root mean square scores of rows' residuals, and of what their codes miss of them, against a
    /// query of length 1 that is like the rows.
    [[nodiscard]] float residual_spread() const { return residual_spread_; }
    [[nodiscard]] float code_spread() const { return code_spread_; }
    /// The most cells of a list.
    [[nodiscard]] uint32_t max_blocks() const { return max_blocks_; }

    /// Centroid of a coarse cell, inner_dim() half floats.
    [[nodiscard]] const uint16_t* list_centroid(uint32_t list) const {
        return list_centroids_.data() + size_t{list} * space_.inner_dim();
    }
    /// Codes of the summaries of list `l`, a group for every 16 of its blocks.
    [[nodiscard]] const uint8_t* summary_codes(uint32_t l) const {
        return summary_codes_.data() + lists_.record(l).summaries_begin;
    }
    /// Codes of the documents from posting `p` (of all lists' postings) on, a multiple of 16.
    [[nodiscard]] const uint8_t* document_codes(uint64_t p) const {
        return codes_.data() + p / CodeShape::kGroup * documents_.shape().group_bytes();
    }

    /// The structure of every list; checksums are the file's.
    [[nodiscard]] Status validate() const;

private:
    Status check_lists() const;

    uint64_t rows_ = 0;
    HashSpace space_;
    HashParameters parameters_;
    CodeBook documents_;
    CodeBook summaries_;
    BlockedLists lists_;
    uint32_t cells_ = 0;
    uint32_t max_blocks_ = 0;
    float residual_spread_ = 0;
    float code_spread_ = 0;
    std::span<const uint16_t> list_centroids_;
    std::span<const uint8_t> summary_codes_;
    std::span<const uint8_t> codes_;
};

/// What training begins with and aims at, besides the rows.
struct HashTraining {
    /// Take the rotation and the code books of these lists, of the same dimension and distance,
    /// whose parameters must be the same where they are about codes. Then codes are refitted from
    /// them if the ranking is to be fitted, else they are taken as they are.
    const HashedLists* codes_from = nullptr;
    /// What the ranking is fitted to (ranking_examples.h): dim numbers each, and rows that answer
    /// them. Without any, queries are made of the rows.
    std::span<const float> queries{};
    std::span<const RelevantPair> pairs{};
};

/// Trains and builds the lists of `rows` vectors (dim numbers each) and writes their sections.
/// `row_numbers` (empty: 0, 1, ...) are what postings call them, ascending, below `row_limit`.
/// Manhattan and a row longer than 1e18 (cosine: none is) are kInvalidArgument; kCancelled,
/// kResourceExhausted, kInternal (Faiss), kIoError. Takes the training's time: O(rows * cells /
/// lists * dim) and a copy of the vectors.
Status write_hashed_lists(std::span<const float> vectors, uint32_t dim, Distance distance,
                          std::span<const uint32_t> row_numbers, uint64_t row_limit,
                          const HashParameters& parameters, const HashTraining& training,
                          SegmentWriter& writer, Progress& progress);

}  // namespace temblor
