#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "compress/model/device_rows.h"
#include "compress/model/kv_cache.h"

namespace temblor {

/// In ReaderInput::ids: the row is the next of ReaderInput::embeddings.
inline constexpr uint32_t kEmbeddedRow = std::numeric_limits<uint32_t>::max();
/// In ReaderInput::targets: none.
inline constexpr uint32_t kNoTarget = std::numeric_limits<uint32_t>::max();

/// Is told of the queries by which the end of an input looked at what stands before it: what
/// cache compression (SnapKV and its kin) scores keys with.
class QueryObserver {
public:
    virtual ~QueryObserver() = default;
    /// How many of the last queries it wants; at most a chunk of rows.
    [[nodiscard]] virtual int64_t window() const = 0;
    /// Of layer `layer`: `queries` [heads, min(window, rows of the input), head size], rotated. The
    /// layer's keys and values of the whole input are in `cache` by then, its length() not yet
    /// that of the last chunk. Called in order of layers, once each.
    virtual void observe(int64_t layer, const DeviceRows& queries, const KvCache& cache) = 0;
};

/// Rows to read: tokens, or vectors that stand in their place.
struct ReaderInput {
    std::vector<uint32_t> ids;
    /// [rows with kEmbeddedRow, hidden], row by row.
    std::vector<float> embeddings;
    /// Of each row, not negative; empty: on from the cache's next_position(). They turn queries and
    /// keys and bound sliding windows; a row sees all rows that were read before it.
    std::vector<int64_t> positions;
};

/// One input of a call and what is wanted of it.
struct ReadRequest {
    ReaderInput input;
    KvCache* cache = nullptr;           ///< the rows are added to it; not null, of this reader
    std::vector<int64_t> logit_rows;    ///< rows of the input, ascending
    std::vector<uint32_t> targets;      ///< per row, or empty: whose log-probability is wanted
    QueryObserver* observer = nullptr;  ///< may be null
};

/// What a request gives.
struct ReadResult {
    std::vector<float> logits;             ///< [logit_rows, vocabulary]
    std::vector<float> log_probabilities;  ///< as many as targets; 0 where there was none
};

}  // namespace temblor
