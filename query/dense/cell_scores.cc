#include "query/dense/cell_scores.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace temblor {
namespace {

constexpr uint32_t kGroup = CodeShape::kGroup;
constexpr float kLowest = std::numeric_limits<float>::lowest();

/// A damaged file may hold anything.
float finite_or_lowest(float score) { return std::isfinite(score) ? score : kLowest; }

bool better_cell(const ScoredCell& a, const ScoredCell& b) {
    return a.score != b.score ? a.score > b.score : a.cell < b.cell;
}

}  // namespace

void CellScores::score(const HashedQuery& query, uint32_t lists, uint32_t blocks,
                       const DenseKernels& kernels, SearchCounters& counters) {
    choose_lists(query, lists, kernels);
    counters.lists += by_list_.size();
    scan_summaries(query, blocks, kernels, counters);
    keep_best(blocks);
    look_up(query);
    counters.blocks += ordered_.size();
}

void CellScores::choose_lists(const HashedQuery& query, uint32_t lists,
                              const DenseKernels& kernels) {
    const auto better = [](const Scored& a, const Scored& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    };
    const uint32_t all = lists_.lists().size();
    by_list_.clear();
    for (uint32_t l = 0; l < all; ++l) {
        const float score =
            kernels.dot_f16(query.vector().data(), lists_.list_centroid(l), query.vector().size());
        by_list_.emplace_back(finite_or_lowest(score), l);
    }
    if (lists < all) {
        std::nth_element(by_list_.begin(), by_list_.begin() + lists, by_list_.end(), better);
        by_list_.resize(lists);
    }
    std::sort(by_list_.begin(), by_list_.end(), better);
}

void CellScores::scan_summaries(const HashedQuery& query, uint32_t wanted,
                                const DenseKernels& kernels, SearchCounters& counters) {
    const CodeTables& tables = query.summaries();
    const size_t most_groups = (size_t{lists_.max_blocks()} + kGroup - 1) / kGroup;
    sums_.resize(most_groups * kGroup);
    above_.resize(most_groups);
    ordered_.clear();
    bar_ = kLowest;
    for (const auto& [base, l] : by_list_) {
        const ListRecord& record = lists_.lists().record(l);
        const uint32_t groups = (record.blocks + kGroup - 1) / kGroup;
        counters.summary_entries += record.blocks;
        counters.bytes_touched += uint64_t{groups} * lists_.summaries().shape().group_bytes();
        const uint32_t least = tables.least_sum(bar_, base);
        if (least > UINT16_MAX) continue;
        tables.scan(kernels, lists_.summary_codes(l), groups, static_cast<uint16_t>(least),
                    sums_.data(), above_.data());
        for (uint32_t g = 0; g < groups; ++g) {
            for (uint32_t bits = above_[g]; bits != 0; bits &= bits - 1) {
                const uint32_t at = g * kGroup + static_cast<uint32_t>(std::countr_zero(bits));
                if (at >= record.blocks) break;
                ordered_.push_back({tables.score(sums_[at], base), 0, l,
                                    static_cast<uint32_t>(record.blocks_begin) + at, 0, nullptr,
                                    nullptr});
            }
        }
        if (ordered_.size() >= 2 * size_t{wanted}) keep_best(wanted);
    }
}

void CellScores::keep_best(uint32_t wanted) {
    if (ordered_.size() <= wanted) return;
    std::nth_element(ordered_.begin(), ordered_.begin() + wanted, ordered_.end(), better_cell);
    ordered_.resize(wanted);
    bar_ =
        std::min_element(ordered_.begin(), ordered_.end(),
                         [](const ScoredCell& a, const ScoredCell& b) { return a.score < b.score; })
            ->score;
}

void CellScores::look_up(const HashedQuery& query) {
    const BlockedLists& lists = lists_.lists();
    const bool euclid = lists_.space().distance() == Distance::kEuclid;
    for (const ScoredCell& cell : ordered_) lists.prefetch_block(cell.cell);
    std::sort(ordered_.begin(), ordered_.end(), better_cell);
    for (ScoredCell& cell : ordered_) {
        ListView list;
        if (!lists.view(cell.list, list)) continue;
        const ListRecord& record = lists.record(cell.list);
        const uint32_t block = cell.cell - static_cast<uint32_t>(record.blocks_begin);
        const std::span<const Place> rows = list.block_postings(block);
        const auto begin = static_cast<uint64_t>(rows.data() - list.postings.data());
        const float scale = list.blocks[block].scale;
        cell.base = euclid ? cell.score - scale * query.vector().back() : cell.score / scale;
        if (rows.empty() || rows.size() % kGroup != 0 || begin % kGroup != 0 ||
            !std::isfinite(cell.base)) {
            continue;  // empty, or a damaged file
        }
        cell.rows = rows.data();
        cell.postings = static_cast<uint32_t>(rows.size());
        cell.codes = lists_.document_codes(record.postings_begin + begin);
    }
}

void CellScores::prefetch(const ScoredCell& cell) const {
    if (cell.postings == 0) return;
    constexpr size_t kLines = 12;  // the processor follows a run from there
    const auto* codes = reinterpret_cast<const char*>(cell.codes);
    for (size_t line = 0; line < kLines; ++line) __builtin_prefetch(codes + line * 64);
    __builtin_prefetch(cell.rows);
}

}  // namespace temblor
