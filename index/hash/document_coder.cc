#include "index/hash/document_coder.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/dense_vector.h"
#include "data/splitmix.h"
#include "index/hash/ranking_examples.h"
#include "index/hash/ranking_fit.h"
#include "index/hash/row_product.h"

namespace temblor {
namespace {

/// How much more a code's error along its row counts than across it.
constexpr float kAlongQueries = 2;
/// Rankings are fitted to so many queries, or fewer where their rows' codes would take more bytes a
/// row of theirs; fewer than the fewest teach nothing.
constexpr size_t kRankedQueries = 4096;
constexpr size_t kRankedCodes = 1 << 20;
constexpr size_t kFewestRanked = 64;
constexpr uint32_t kMeasuredCells = 512;

}  // namespace

Result<DocumentCoder> DocumentCoder::train(const HashedRows& rows, std::span<const float> residuals,
                                           const HashParameters& parameters,
                                           const HashTraining& training, Progress& progress) {
    DocumentCoder coder;
    const CodeBook* start =
        training.codes_from != nullptr ? &training.codes_from->documents() : nullptr;
    if (start != nullptr && !parameters.fit_ranking) {
        coder.encoder_ = *start;
    } else {
        // After a rotation of its own another's centroids mean nothing.
        if (!rows.space.rotation().empty()) start = nullptr;
        const CodeShape shape{parameters.code, rows.inner_dim(), parameters.code_width};
        TEMBLOR_ASSIGN_OR_RETURN(coder.encoder_,
                                 CodeBook::train(shape, residuals, parameters.seed, start));
    }
    coder.book_ = coder.encoder_;
    if (parameters.fit_ranking) coder.fit(rows, training, parameters.seed, progress);
    coder.measure(rows, parameters.seed + 1);
    return coder;
}

void DocumentCoder::encode(const HashedRows& rows, size_t r, uint32_t cell,
                           std::span<uint8_t> codes) const {
    std::vector<float> rest(rows.inner_dim());
    rows.residual(r, cell, rest);
    const auto x = rows.row(r);
    std::vector<float> direction(x.begin(), x.end());
    if (rows.space.distance() == Distance::kEuclid) direction.back() = rows.space.query_extension();
    normalize(direction);
    encoder_.encode_for(rest, direction, kAlongQueries, codes);
}

/// Codes keep what they say of a row; what they count for is fitted.
void DocumentCoder::fit(const HashedRows& rows, const HashTraining& training, uint64_t seed,
                        Progress& progress) {
    progress.report("ranking", 0, 0);
    const uint32_t inner = rows.inner_dim();
    const uint32_t subspaces = encoder_.shape().subspaces();
    const RankingExamples examples =
        make_ranking_examples(rows, training.queries, training.pairs,
                              std::min<size_t>(kRankedQueries, kRankedCodes / subspaces), seed);
    if (examples.count() < kFewestRanked) return;
    const size_t n = examples.rows.size();
    std::vector<float> known(n);
    std::vector<uint8_t> codes(n * subspaces);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; ++i) {
        const float* query = examples.queries.data() + i / examples.each * inner;
        known[i] = row_product(query, rows.cells.centroid(examples.cells[i]).data(), inner);
        encode(rows, examples.rows[i], examples.cells[i],
               std::span(codes).subspan(i * subspaces, subspaces));
    }
    book_ = fit_ranking(encoder_, {examples.each, examples.queries, examples.scores, known, codes},
                        progress)
                .book;
}

/// How residuals and what codes miss of them score against queries like the rows: rows of a cell
/// against one of them.
void DocumentCoder::measure(const HashedRows& rows, uint64_t seed) {
    const uint32_t inner = rows.inner_dim();
    std::vector<uint8_t> codes(book_.shape().subspaces());
    std::vector<float> rest(inner);
    std::vector<float> decoded(inner);
    SplitMix random(seed);
    double residuals = 0;
    double errors = 0;
    double n = 0;
    for (uint32_t i = 0; i < kMeasuredCells; ++i) {
        const auto cell = static_cast<uint32_t>(random.below(rows.cells.cell_count()));
        const auto members = rows.members_of(cell);
        if (members.size() < 2) continue;
        const size_t chosen = random.below(members.size());
        const auto query = rows.row(members[chosen]);
        double length = 0;
        for (const float v : query) length += static_cast<double>(v) * static_cast<double>(v);
        if (!(length > 0)) continue;
        for (size_t j = 0; j < members.size(); ++j) {
            if (j == chosen) continue;
            rows.residual(members[j], cell, rest);
            encode(rows, members[j], cell, codes);
            book_.decode(codes, decoded);
            double whole = 0;
            double missed = 0;
            for (uint32_t d = 0; d < inner; ++d) {
                whole += static_cast<double>(query[d] * rest[d]);
                missed += static_cast<double>(query[d] * (rest[d] - decoded[d]));
            }
            residuals += whole * whole / length;
            errors += missed * missed / length;
            n += 1;
        }
    }
    if (n == 0) return;
    residual_spread_ = static_cast<float>(std::sqrt(residuals / n));
    code_spread_ = static_cast<float>(std::sqrt(errors / n));
}

}  // namespace temblor
