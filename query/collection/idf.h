#pragma once

#include <cstdint>
#include <string_view>

#include "data/sparse_vector.h"
#include "index/collection/version.h"

namespace temblor {

/// ln(1 + (points - frequency + 0.5) / (frequency + 0.5)), over 0: the inverse document frequency
/// of Lucene and Qdrant. A frequency over `points` counts as `points`.
double inverse_document_frequency(uint64_t points, uint64_t frequency);

/// What a version knows of a sparse vector's components. Counted are the points that have the
/// vector with at least one entry; those of a frequency have the component with a value over 0.
/// Points that were deleted or replaced still count in both until sealing or merging leaves them
/// out.
uint64_t points_with_vector(const Version& version, std::string_view vector);
/// O(segments · log components + postings of the memtables / 256).
uint64_t document_frequency(const Version& version, std::string_view vector, uint32_t component);

/// `query` with each value times the idf of its component; components that no point has are left
/// out.
SparseVector weigh_by_idf(const Version& version, std::string_view vector, SparseVectorView query);

}  // namespace temblor
