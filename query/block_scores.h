#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/blocked_lists.h"
#include "query/kernels.h"
#include "query/query_tables.h"
#include "query/search_parameters.h"

namespace temblor {

/// A block and what its summary promises, in units of (query weight) x (document value).
struct ScoredBlock {
    float score = 0;
    uint32_t list = 0;  ///< among the lists that were chosen
    uint32_t block = 0;
};

/// Scores the summaries of all blocks of some lists against the whole query and orders the blocks
/// best first. Memory is reused.
class BlockScores {
public:
    /// Within 1/256 of the best score the order is loose: later blocks may be a little better.
    static constexpr float kLooseOrder = 1.0F / 64;

    explicit BlockScores(const Segment& segment);

    /// Reads the summaries of `lists` (internal components). Blocks without a summary come first;
    /// blocks that share no kept component with the query come last with `every_block`, else are
    /// left out. Counts lists, summary entries, blocks and bytes.
    void score(std::span<const uint32_t> lists, const QueryTables& query, const Kernels& kernels,
               bool every_block, SearchCounters& counters);
    /// Blocks that the last score() left out.
    [[nodiscard]] uint64_t left_out() const { return left_out_; }

    /// Best first, to the nearest 1/256 of the best score.
    [[nodiscard]] const std::vector<ScoredBlock>& ordered() const { return ordered_; }
    [[nodiscard]] std::span<const Place> postings(const ScoredBlock& b) const {
        return views_[b.list].block_postings(b.block);
    }
    void prefetch(const ScoredBlock& b) const {
        const ListView& list = views_[b.list];
        __builtin_prefetch(list.postings.data() + list.blocks[b.block].begin);
    }

private:
    struct Column {  // one query component in one list
        uint32_t list;
        uint32_t begin;  ///< its bucket's entries, later its own
        uint32_t end;
        uint32_t weight;
        uint32_t key;  ///< of its entry for block 0
    };
    void open_lists(std::span<const uint32_t> lists);
    void find_buckets(const QueryTables& query);
    void narrow_to_columns(const Kernels& kernels);
    void accumulate(SearchCounters& counters);
    void order(bool every_block);

    const Segment& segment_;
    std::vector<ListView> views_;
    std::vector<uint32_t> first_;  ///< of each list in sums_
    std::vector<Column> columns_;
    std::vector<uint32_t> sums_;  ///< by block
    std::vector<ScoredBlock> blocks_;
    std::vector<ScoredBlock> ordered_;
    uint64_t left_out_ = 0;
};

}  // namespace temblor
