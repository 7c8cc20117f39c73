#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/sparse_dataset.h"
#include "data/splitmix.h"
#include "index/build_parameters.h"
#include "index/segment.h"
#include "index/segment_builder.h"

namespace temblor::testing {

/// A collection as learned sparse encoders make them: documents of a few topics over common words,
/// with repeated documents, empty ones and very long ones among them.
struct SyntheticShape {
    uint64_t seed = 1;
    uint32_t rows = 1000;
    uint32_t dim = 2000;
    uint32_t topics = 25;
    uint32_t mean_nnz = 30;
    uint32_t max_nnz = 0;           ///< 0: no bound; then some documents are very long
    bool odd_rows = true;           ///< empty, repeated and very long documents
    bool every_component = false;   ///< the last documents, of 1,000 entries, have them all
    uint32_t component_stride = 1;  ///< component c is written as c * stride (+ its remainder)
};

/// Values are multiples of 1/64 up to 4, so that sums of products are exact and ties are real.
SparseDataset synthetic_documents(const SyntheticShape& shape);
/// Queries about the same topics; values are multiples of 1/16, none of them zero.
SparseDataset synthetic_queries(const SyntheticShape& shape, uint32_t count, uint32_t nnz,
                                uint64_t seed);

/// The same rows with values that are no multiples of anything.
SparseDataset with_rough_values(const SparseDataset& dataset, uint64_t seed);

SparseDataset dataset_of(const std::vector<SparseVector>& rows, uint64_t dim = 0);
SegmentContents contents_of(SparseDataset vectors);

/// Built in a folder of its own, opened and removed. Aborts on an error.
std::shared_ptr<const Segment> segment_of(const SegmentContents& contents,
                                          const BuildParameters& parameters);
std::shared_ptr<const Segment> segment_of(const SparseDataset& vectors,
                                          const BuildParameters& parameters);

/// Nothing is pruned and no summary is cut: an approximate search can find everything.
BuildParameters unpruned(ForwardKind forward);

inline constexpr ForwardKind kForwardKinds[] = {ForwardKind::kRecord, ForwardKind::kCompact,
                                                ForwardKind::kF32};

}  // namespace temblor::testing
