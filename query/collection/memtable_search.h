#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "data/sparse_vector.h"
#include "data/status.h"
#include "index/collection/memtable.h"
#include "index/collection/row_scores.h"
#include "index/dead_rows.h"
#include "query/search_parameters.h"

namespace temblor {

struct MemtableHit {
    uint32_t row = 0;
    float score = 0;

    bool operator==(const MemtableHit&) const = default;
};

/// Whether a row may be a hit, for filters. Called in rank order, only until k rows passed; an
/// error ends the search with it.
using AcceptRow = std::function<Result<bool>(uint32_t row)>;

/// Memory that searches of one thread reuse; any memtable may come next.
struct MemtableScratch {
    RowScores scores;
    std::vector<MemtableHit> ranking;
};

/// The k best rows below `rows` by falling score, ties by rising row; without those of `dead`
/// and those that `accept` (may be empty) refuses. `rows` is a count the caller read from
/// the memtable or was told after that; the memtable may grow meanwhile. What it cost is added to
/// `counters`: rows that got a score (of a sparse search dead ones too), lists, bytes of postings
/// or vectors.
///
/// Sparse: exact inner products, equal to static_cast<float>(inner_product(query, stored)) to the
/// last bit. Rows whose score is zero, so all that share no component with the query, are no hits.
/// O(postings of the query's components + rows touched), with `accept` also
/// O(log rows) for each row it is asked about. Errors: kInvalidArgument when the schema has no such
/// sparse vector or the query's components do not ascend.
Status search_memtable_sparse(const Memtable& memtable, std::string_view vector,
                              SparseVectorView query, uint32_t rows, const DeadRows& dead,
                              const AcceptRow& accept, uint32_t k, MemtableScratch& scratch,
                              std::vector<MemtableHit>& hits, SearchCounters& counters);

/// Dense: dense_score() of the rows that have the vector. The query of a kCosine vector has been
/// through normalize(). O(rows · size). Errors: kInvalidArgument when the schema has no such dense
/// vector or the query has another size.
Status search_memtable_dense(const Memtable& memtable, std::string_view vector,
                             std::span<const float> query, uint32_t rows, const DeadRows& dead,
                             const AcceptRow& accept, uint32_t k, MemtableScratch& scratch,
                             std::vector<MemtableHit>& hits, SearchCounters& counters);

}  // namespace temblor
