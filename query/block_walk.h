#pragma once

#include <algorithm>
#include <cstddef>

#include "query/walk_state.h"

namespace temblor {

/// Opens blocks best first, whatever kind they are of, until a block promises less than the reader
/// asks for, max_blocks were opened, or `patience` documents in a row changed nothing in the best
/// k. Skips nothing before k documents are found.
///
/// `Blocks` has ordered(), best first, each with its score; prefetch(block); kLooseOrder: how much
/// better, as a share of its score, a block may be than one that came before it. `Reader` has
/// state(), block_threshold() in the unit of block scores, open(block), which scores the block's
/// documents, and finish() for what is still in flight.
template <typename Blocks, typename Reader>
void walk_blocks(const Blocks& blocks, Reader& reader) {
    constexpr size_t kAhead = 4;
    const auto& ordered = blocks.ordered();
    auto& state = reader.state();
    auto& counters = state.counters();
    for (size_t i = 0; i < std::min(kAhead, ordered.size()); ++i) blocks.prefetch(ordered[i]);
    const size_t end = std::min<size_t>(ordered.size(), state.parameters().max_blocks);
    size_t next = 0;
    for (; next < end && !state.out_of_patience(); ++next) {
        if (next + kAhead < ordered.size()) blocks.prefetch(ordered[next + kAhead]);
        if (state.has_threshold()) {
            const float least = reader.block_threshold();
            if (ordered[next].score < least) {
                if (ordered[next].score * (1 + Blocks::kLooseOrder) < least ||
                    Blocks::kLooseOrder == 0)
                    break;
                ++counters.blocks_skipped;
                continue;
            }
        }
        ++counters.blocks_visited;
        reader.open(ordered[next]);
    }
    counters.blocks_skipped += ordered.size() - next;
    reader.finish();
}

}  // namespace temblor
