#include "index/static_pruning.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace temblor {
namespace {

struct Posting {
    float value;
    uint32_t row;
};

bool heavier(const Posting& a, const Posting& b) {
    return a.value != b.value ? a.value > b.value : a.row < b.row;
}

/// Positive floats order like their bit patterns.
uint32_t key_of(float value) { return std::bit_cast<uint32_t>(value); }

struct Threshold {
    uint32_t key = 0;        ///< values with a larger key are kept
    uint64_t ties_kept = 0;  ///< of those with this very key, the first so many in row order
};

/// The key of the `budget`-th largest value, by two passes of a 16-bit radix histogram.
Threshold find_threshold(std::span<const float> values, uint64_t budget) {
    std::vector<uint64_t> high(65536);
    for (const float v : values) {
        if (v > 0) ++high[key_of(v) >> 16];
    }
    uint64_t above = 0;
    int64_t bucket = 65535;
    while (bucket >= 0 && above + high[static_cast<size_t>(bucket)] < budget) {
        above += high[static_cast<size_t>(bucket)];
        --bucket;
    }
    if (bucket < 0) return {};  // fewer values than the budget: all are kept
    std::vector<uint64_t> low(65536);
    for (const float v : values) {
        if (v > 0 && key_of(v) >> 16 == static_cast<uint32_t>(bucket)) ++low[key_of(v) & 0xFFFFU];
    }
    uint32_t slot = 65535;
    while (above + low[slot] < budget) {
        above += low[slot];
        --slot;
    }
    return {(static_cast<uint32_t>(bucket) << 16) | slot, budget - above};
}

}  // namespace

PrunedLists prune_lists(const SparseDataset& dataset, uint32_t lists,
                        const BuildParameters& parameters) {
    PrunedLists out;
    out.pruned.assign(lists, 0);
    out.max_value.assign(lists, 0);
    std::vector<uint64_t> length(lists);
    const auto components = dataset.components();
    const auto values = dataset.values();
    for (uint64_t i = 0; i < dataset.nnz(); ++i) {
        if (!(values[i] > 0)) continue;
        ++length[components[i]];
        out.max_value[components[i]] = std::max(out.max_value[components[i]], values[i]);
    }

    Threshold threshold;
    uint64_t cap = parameters.n_postings;
    if (parameters.pruning == PruningKind::kGlobalThreshold) {
        const auto used = static_cast<uint64_t>(
            std::count_if(length.begin(), length.end(), [](uint64_t n) { return n > 0; }));
        threshold = find_threshold(values, std::max<uint64_t>(used * parameters.n_postings, 1));
        cap = static_cast<uint64_t>(std::llround(parameters.n_postings * parameters.max_fraction));
        cap = std::max<uint64_t>(cap, 1);
    }

    // The same values are kept in both passes, since ties are counted down in the same order.
    const auto for_each_kept = [&](auto&& visit) {
        uint64_t ties = threshold.ties_kept;
        for (uint64_t r = 0; r < dataset.rows(); ++r) {
            for (uint64_t i = dataset.offsets()[r]; i < dataset.offsets()[r + 1]; ++i) {
                if (!(values[i] > 0)) continue;
                const uint32_t key = key_of(values[i]);
                if (key < threshold.key) continue;
                if (key == threshold.key) {
                    if (ties == 0) continue;
                    --ties;
                }
                visit(components[i], Posting{values[i], static_cast<uint32_t>(r)});
            }
        }
    };
    std::vector<uint64_t> begin(size_t{lists} + 1);
    for_each_kept([&](uint32_t c, Posting) { ++begin[c + 1]; });
    for (uint32_t l = 0; l < lists; ++l) begin[l + 1] += begin[l];
    std::vector<Posting> kept(begin[lists]);
    std::vector<uint64_t> next(begin.begin(), begin.end() - 1);
    for_each_kept([&](uint32_t c, Posting p) { kept[next[c]++] = p; });

    out.offsets.assign(size_t{lists} + 1, 0);
    for (uint32_t l = 0; l < lists; ++l) {
        const uint64_t size = std::min(begin[l + 1] - begin[l], cap);
        out.offsets[l + 1] = out.offsets[l] + size;
        out.pruned[l] = static_cast<uint32_t>(length[l] - size);
    }
    out.rows.resize(out.offsets[lists]);
#pragma omp parallel for schedule(dynamic, 64)
    for (uint32_t l = 0; l < lists; ++l) {
        const std::span<Posting> list(kept.data() + begin[l], begin[l + 1] - begin[l]);
        const uint64_t size = out.offsets[l + 1] - out.offsets[l];
        if (size < list.size()) {
            std::nth_element(list.begin(), list.begin() + static_cast<int64_t>(size), list.end(),
                             heavier);
        }
        uint32_t* rows = out.rows.data() + out.offsets[l];
        for (uint64_t i = 0; i < size; ++i) rows[i] = list[i].row;
        if (size < list.size()) std::sort(rows, rows + size);
    }
    return out;
}

}  // namespace temblor
