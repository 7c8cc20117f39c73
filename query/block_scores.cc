#include "query/block_scores.h"

#include <algorithm>
#include <array>
#include <limits>

namespace temblor {
namespace {

constexpr size_t kBuckets = 256;
constexpr uint32_t kLinearSearch = 512;  // entries of a bucket; longer ones are searched by halving
constexpr uint32_t kPrefetchedEntries = 256;

}  // namespace

BlockScores::BlockScores(const Segment& segment) : segment_(segment) {}

void BlockScores::score(std::span<const uint32_t> lists, const QueryTables& query,
                        const Kernels& kernels, bool every_block, SearchCounters& counters) {
    open_lists(lists);
    counters.lists += views_.size();
    find_buckets(query);
    narrow_to_columns(kernels);
    accumulate(counters);
    order(every_block);
}

void BlockScores::open_lists(std::span<const uint32_t> lists) {
    const BlockedLists& all = segment_.lists();
    for (const uint32_t l : lists) __builtin_prefetch(&all.record(l));
    views_.clear();
    first_.clear();
    uint32_t blocks = 0;
    for (const uint32_t l : lists) {
        ListView view;
        if (!all.view(l, view) || view.blocks.empty()) continue;
        views_.push_back(view);
        first_.push_back(blocks);
        // As many sums as a key can name blocks, whatever a damaged file says.
        blocks += view.entries > 0 ? 1U << view.layout.block_bits
                                   : static_cast<uint32_t>(view.blocks.size());
    }
    sums_.assign(blocks, 0);
}

void BlockScores::find_buckets(const QueryTables& query) {
    const bool wide = segment_.lists().wide();
    if (!wide) {
        for (const ListView& list : views_) {
            if (list.entries == 0) continue;
            for (const uint32_t c : query.components()) {
                __builtin_prefetch(list.offsets +
                                   (size_t{c} >> list.layout.shift) * (list.long_offsets ? 4 : 2));
            }
        }
    }
    columns_.clear();
    for (uint32_t l = 0; l < views_.size(); ++l) {
        const ListView& list = views_[l];
        if (list.entries == 0) continue;
        for (size_t i = 0; i < query.size(); ++i) {
            const uint32_t c = query.components()[i];
            uint32_t bucket = c >> list.layout.shift;
            if (wide) {
                const auto number = [&](uint32_t k) {
                    uint32_t value = 0;
                    std::memcpy(&value, list.buckets + size_t{k} * 4, 4);
                    return value;
                };
                uint32_t low = 0;
                uint32_t high = list.bucket_count;
                while (low < high) {
                    const uint32_t middle = low + (high - low) / 2;
                    if (number(middle) < bucket) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                if (low == list.bucket_count || number(low) != bucket) continue;
                bucket = low;
            }
            const uint32_t begin = list.offset(bucket);
            const uint32_t end = list.offset(bucket + 1);
            if (begin >= end || end > list.entries) continue;
            for (uint32_t e = begin; e < std::min(end, begin + kPrefetchedEntries); e += 32) {
                __builtin_prefetch(list.keys + e);
            }
            const uint32_t low = c & ((1U << list.layout.shift) - 1);
            columns_.push_back({l, begin, end, query.weights()[i], low << list.layout.block_bits});
        }
    }
}

void BlockScores::narrow_to_columns(const Kernels& kernels) {
    size_t kept = 0;
    for (Column column : columns_) {
        const ListView& list = views_[column.list];
        const uint16_t* keys = list.keys + column.begin;
        const uint32_t n = column.end - column.begin;
        const auto first = static_cast<uint16_t>(column.key);
        const auto last = static_cast<uint16_t>(column.key | ((1U << list.layout.block_bits) - 1));
        const Range range = n <= kLinearSearch ? kernels.key_range(keys, n, first, last)
                                               : scalar_kernels().key_range(keys, n, first, last);
        if (range.begin >= range.end) continue;
        column.end = column.begin + range.end;
        column.begin += range.begin;
        for (uint32_t e = column.begin;
             e < std::min(column.end, column.begin + 4 * kPrefetchedEntries); e += 128) {
            __builtin_prefetch(list.values + e / 2);
        }
        columns_[kept++] = column;
    }
    columns_.resize(kept);
}

void BlockScores::accumulate(SearchCounters& counters) {
    for (const Column& column : columns_) {
        const ListView& list = views_[column.list];
        uint32_t* sums = sums_.data() + first_[column.list];
        for (uint32_t e = column.begin; e < column.end; ++e)
            sums[list.block(e)] += column.weight * list.value(e);
        const uint64_t entries = column.end - column.begin;
        counters.summary_entries += entries;
        counters.bytes_touched += entries * 2 + entries / 2 + 8;
    }
}

void BlockScores::order(bool every_block) {
    blocks_.clear();
    uint64_t summarised = 0;
    float best = 0;
    for (uint32_t l = 0; l < views_.size(); ++l) {
        const ListView& list = views_[l];
        if (list.entries == 0) continue;
        summarised += list.blocks.size();
        const uint32_t* sums = sums_.data() + first_[l];
        for (uint32_t b = 0; b < list.blocks.size(); ++b) {
            // Finite whatever a damaged file says.
            const float score = std::min(static_cast<float>(sums[b]) * list.blocks[b].scale,
                                         std::numeric_limits<float>::max());
            if (score > 0 || every_block) blocks_.push_back({score > 0 ? score : 0, l, b});
            best = std::max(best, score);
        }
    }
    left_out_ = summarised - blocks_.size();
    ordered_.clear();
    for (uint32_t l = 0; l < views_.size(); ++l) {
        if (views_[l].entries > 0) continue;
        for (uint32_t b = 0; b < views_[l].blocks.size(); ++b) {
            ordered_.push_back({std::numeric_limits<float>::infinity(), l, b});
        }
    }
    const size_t unsummarised = ordered_.size();
    constexpr float kLeastOrdered = 1e-30F;  // below, a bucket's width could not be divided by
    const float per_score = best > kLeastOrdered ? (kBuckets - 1) / best : 0;
    const auto bucket_of = [&](float score) {
        return kBuckets - 1 - std::min(kBuckets - 1, static_cast<size_t>(score * per_score));
    };
    std::array<uint32_t, kBuckets + 1> begin{};
    for (const ScoredBlock& b : blocks_) ++begin[bucket_of(b.score) + 1];
    for (size_t k = 0; k < kBuckets; ++k) begin[k + 1] += begin[k];
    ordered_.resize(unsummarised + blocks_.size());
    for (const ScoredBlock& b : blocks_) ordered_[unsummarised + begin[bucket_of(b.score)]++] = b;
}

}  // namespace temblor
