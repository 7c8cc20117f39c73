#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/status.h"
#include "index/calibration.h"
#include "index/segment.h"
#include "query/dense/dense_parameters.h"

namespace temblor {

/// How a search trades accuracy for time.
struct SearchParameters {
    uint32_t k = 10;
    bool exact = false;         ///< score every document that could be in the answer
    uint32_t query_cut = 8;     ///< lists that are walked: those of the query's heaviest components
    float heap_factor = 0.75F;  ///< a block is skipped when summary_score < heap_factor * θ
    uint32_t patience = 600;  ///< stop after this many documents in a row changed nothing; 0: never
    /// Documents that share nothing with the query score 0 and fill an answer that is short of k.
    bool fill_with_zeros = true;
    /// Documents that score less need not be found: k better ones are known from elsewhere.
    float least_score = 0;
    DenseSetting dense;  ///< of dense vectors that are hashed

    /// Names the first parameter out of its range.
    [[nodiscard]] Status validate() const;
};

/// The cheapest point whose accuracy reaches `recall` on the frontier of the nearest k; null past
/// its end. Errors: kNotFound without a frontier, kInvalidArgument for recall outside (0, 1].
Result<const CalibrationPoint*> choose_calibrated(const std::vector<CalibrationFrontier>& frontiers,
                                                  uint32_t k, double recall);

/// The cheapest measured setting of `segment` whose accuracy@k reaches `recall`. Errors: kNotFound
/// when the segment is not calibrated (the message says how), kInvalidArgument for recall outside
/// (0, 1]. Half a point past the frontier's end and further the search is exact.
Result<SearchParameters> parameters_for_recall(const Segment& segment, uint32_t k, double recall);

/// What a search read and did.
struct SearchCounters {
    uint64_t lists = 0;
    uint64_t summary_entries = 0;  ///< (block, component) entries accumulated
    uint64_t blocks = 0;           ///< whose summary was scored
    uint64_t blocks_visited = 0;
    uint64_t blocks_skipped = 0;
    uint64_t documents_scored = 0;  ///< documents whose record was read
    uint64_t refined = 0;           ///< candidates scored anew by their stored vectors
    uint64_t bytes_touched = 0;     ///< of summaries, postings and records
    bool exact = false;             ///< the answer came from an exact scan

    void add(const SearchCounters& other);
};

/// A document found: its row in the segment and its score.
struct Hit {
    uint32_t row = 0;
    float score = 0;

    bool operator==(const Hit&) const = default;
};

/// Hits by falling score, equal scores by rising row; at most k.
struct SearchResult {
    std::vector<Hit> hits;
    SearchCounters counters;
};

}  // namespace temblor
