#include "index/hash/ranking_examples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "data/dense_vector.h"
#include "data/splitmix.h"
#include "index/hash/row_product.h"

namespace temblor {
namespace {

constexpr uint32_t kEach = 64;
constexpr size_t kBest = 30;
/// The other examples are drawn from so many that follow the best.
constexpr size_t kFollowing = 170;
/// Where the rows near a query are looked for.
constexpr size_t kListsNear = 4;
constexpr size_t kCellsNear = 32;
/// The noise of a query made of rows, in their length.
constexpr double kNoise = 0.6;

struct Standing {
    float score;
    uint32_t row;
    uint32_t cell;
};

class ExampleMaker {
public:
    ExampleMaker(const HashedRows& rows, uint64_t seed)
        : rows_(rows), inner_(rows.space.inner_dim()), seed_(seed) {}

    /// Examples of query `q` (inner_ numbers), without rows `hidden`; false when there are too few.
    bool find(std::span<const float> query, size_t q, std::span<const uint32_t> hidden,
              std::span<const uint32_t> wanted, std::span<Standing> out) const {
        std::vector<Standing> near = standings_near(query);
        std::erase_if(near, [&](const Standing& s) {
            return std::find(hidden.begin(), hidden.end(), s.row) != hidden.end();
        });
        SplitMix random(SplitMix::mix(seed_ ^ SplitMix::mix(q)));
        keep_one_standing(near, random);
        if (near.size() < out.size()) return false;
        std::sort(near.begin(), near.end(), [](const Standing& a, const Standing& b) {
            return a.score != b.score ? a.score > b.score : a.row < b.row;
        });
        const size_t best = std::min(kBest, out.size());
        std::copy_n(near.begin(), best, out.begin());
        // A random choice of those that follow, in order of score.
        const size_t following = std::min(near.size() - best, kFollowing);
        std::vector<uint32_t> chosen(following);
        std::iota(chosen.begin(), chosen.end(), 0U);
        for (size_t i = best; i < out.size(); ++i) {
            const size_t at = i - best;
            std::swap(chosen[at], chosen[at + random.below(following - at)]);
            out[i] = near[best + chosen[at]];
        }
        add_wanted(near, wanted, out);
        return true;
    }

    /// A query that rows `first` and `second` could both answer.
    void blend(uint32_t first, uint32_t second, SplitMix& random, std::span<float> out) const {
        const uint32_t dim = rows_.space.dim();
        const auto a = rows_.row(first);
        const auto b = rows_.row(second);
        const auto share = static_cast<float>(0.3 + 0.4 * random.uniform());
        const double length = std::sqrt(static_cast<double>(row_product(a.data(), a.data(), dim)));
        const double noise = kNoise * length / std::sqrt(static_cast<double>(dim));
        for (uint32_t d = 0; d < dim; ++d) {
            const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
            const double normal = radius * std::cos(2 * std::numbers::pi * random.uniform());
            out[d] = share * a[d] + (1 - share) * b[d] + static_cast<float>(noise * normal);
        }
        extend(out);
    }
    void extend(std::span<float> query) const {
        if (rows_.space.distance() == Distance::kCosine) normalize(query);
        if (rows_.space.distance() == Distance::kEuclid)
            query[inner_ - 1] = rows_.space.query_extension();
    }

private:
    [[nodiscard]] float score(std::span<const float> query, std::span<const float> other) const {
        return row_product(query.data(), other.data(), inner_);
    }

    /// What stands in the cells nearest to the query, a row as often as it stands there.
    [[nodiscard]] std::vector<Standing> standings_near(std::span<const float> query) const {
        using Scored = std::pair<float, uint32_t>;
        const auto keep_best = [](std::vector<Scored>& all, size_t n) {
            n = std::min(n, all.size());
            std::partial_sort(all.begin(), all.begin() + static_cast<ptrdiff_t>(n), all.end(),
                              std::greater<>());
            all.resize(n);
        };
        std::vector<Scored> lists;
        for (uint32_t l = 0; l < rows_.cells.list_count(); ++l)
            lists.emplace_back(score(query, rows_.cells.list(l)), l);
        keep_best(lists, kListsNear);
        std::vector<Scored> cells;
        for (const auto& [unused, l] : lists) {
            for (uint32_t c = rows_.cells.list_begins[l]; c < rows_.cells.list_begins[l + 1]; ++c)
                cells.emplace_back(score(query, rows_.cells.centroid(c)), c);
        }
        keep_best(cells, kCellsNear);
        std::vector<Standing> near;
        for (const auto& [unused, c] : cells) {
            for (const uint32_t r : rows_.members_of(c))
                near.push_back({score(query, rows_.row(r)), r, c});
        }
        return near;
    }
    static void keep_one_standing(std::vector<Standing>& near, SplitMix& random) {
        for (size_t i = near.size(); i > 1; --i) std::swap(near[i - 1], near[random.below(i)]);
        std::stable_sort(near.begin(), near.end(),
                         [](const Standing& a, const Standing& b) { return a.row < b.row; });
        near.erase(std::unique(near.begin(), near.end(),
                               [](const Standing& a, const Standing& b) { return a.row == b.row; }),
                   near.end());
    }
    static void add_wanted(std::span<const Standing> near, std::span<const uint32_t> wanted,
                           std::span<Standing> out) {
        size_t last = out.size();
        for (const uint32_t row : wanted) {
            const auto is_row = [row](const Standing& s) { return s.row == row; };
            const auto found = std::find_if(near.begin(), near.end(), is_row);
            if (found == near.end() || last == 0) continue;
            if (std::none_of(out.begin(), out.end(), is_row)) out[--last] = *found;
        }
    }

    const HashedRows& rows_;
    const uint32_t inner_;
    const uint64_t seed_;
};

}  // namespace

RankingExamples make_ranking_examples(const HashedRows& rows, std::span<const float> queries,
                                      std::span<const RelevantPair> pairs, size_t most,
                                      uint64_t seed) {
    const uint32_t dim = rows.space.dim();
    const uint32_t inner = rows.space.inner_dim();
    const size_t row_count = rows.vectors.size() / inner;
    const size_t given = queries.size() / dim;
    const size_t n = given > 0 ? std::min(most, given) : std::min(most, row_count);
    const ExampleMaker maker(rows, seed);

    std::vector<uint32_t> order(given > 0 ? given : rows.cells.cell_count());
    std::iota(order.begin(), order.end(), 0U);
    SplitMix random(seed);
    for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);

    std::vector<float> made(n * inner);
    std::vector<std::array<uint32_t, 2>> hidden(n, {UINT32_MAX, UINT32_MAX});
    for (size_t i = 0; i < n; ++i) {
        const auto query = std::span(made).subspan(i * inner, inner);
        if (given > 0) {
            std::copy_n(queries.data() + size_t{order[i]} * dim, dim, query.begin());
            continue;
        }
        const auto members = rows.members_of(order[i % order.size()]);
        if (members.empty()) continue;
        const uint32_t first = members[random.below(members.size())];
        const uint32_t second = members[random.below(members.size())];
        maker.blend(first, second, random, query);
        hidden[i] = {first, second};
    }
    if (given > 0) {
        rows.space.rotate(made);
        for (size_t i = 0; i < n; ++i) maker.extend(std::span(made).subspan(i * inner, inner));
    }
    std::vector<std::vector<uint32_t>> wanted(given);
    for (const auto& [query, row] : pairs) wanted[query].push_back(row);

    std::vector<Standing> found(n * kEach);
    std::vector<uint8_t> enough(n);
#pragma omp parallel for schedule(dynamic, 16)
    for (size_t i = 0; i < n; ++i) {
        const auto query = std::span(made).subspan(i * inner, inner);
        enough[i] = maker.find(query, i, hidden[i],
                               given > 0 ? std::span<const uint32_t>(wanted[order[i]])
                                         : std::span<const uint32_t>(),
                               std::span(found).subspan(i * kEach, kEach))
                        ? 1
                        : 0;
    }
    RankingExamples out;
    out.each = kEach;
    for (size_t i = 0; i < n; ++i) {
        if (enough[i] == 0) continue;
        out.queries.insert(out.queries.end(), made.begin() + static_cast<ptrdiff_t>(i * inner),
                           made.begin() + static_cast<ptrdiff_t>((i + 1) * inner));
        for (size_t e = i * kEach; e < (i + 1) * kEach; ++e) {
            out.rows.push_back(found[e].row);
            out.cells.push_back(found[e].cell);
            out.scores.push_back(found[e].score);
        }
    }
    return out;
}

}  // namespace temblor
