#include "query/dense/dense_searcher.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "data/dense_vector.h"
#include "query/dense/cell_scores.h"
#include "query/kernels.h"
#include "tests/data/test_files.h"
#include "tests/index/clustered_vectors.h"
#include "tests/query/dense_oracle.h"

namespace temblor {
namespace {

constexpr std::array kDistances{Distance::kDot, Distance::kCosine, Distance::kEuclid};
constexpr std::array kStores{VectorStoreKind::kF32, VectorStoreKind::kF16, VectorStoreKind::kU8};
constexpr std::array kCodes{CodeKind::kProduct4, CodeKind::kProduct8, CodeKind::kBinary};
constexpr std::array kRotations{Rotation::kNone, Rotation::kOpq, Rotation::kItq};
constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

/// The c-th of nine settings, in which any two of the four choices meet once.
DenseBuildParameters setting(size_t c) {
    const size_t first = c / 3;
    const size_t second = c % 3;
    DenseBuildParameters out;
    out.hash.threads = 1;
    out.distance = kDistances[first];
    out.hash.code = kCodes[second];
    out.store = kStores[(first + second) % 3];
    out.hash.rotation = kRotations[(first + 2 * second) % 3];
    return out;
}

std::string setting_name(size_t c) {
    const DenseBuildParameters p = setting(c);
    return std::string(distance_name(p.distance)) + "_" + std::string(code_kind_name(p.hash.code)) +
           "_" + std::string(vector_store_name(p.store)) + "_" +
           std::string(rotation_name(p.hash.rotation));
}

/// A hashed index, queries and what brute force says of them, made once.
struct DenseExample {
    std::shared_ptr<const DenseSegment> segment;
    DenseDataset queries;
    std::vector<std::vector<float>> scores;
};

const DenseExample& dense_example(size_t c) {
    static std::map<size_t, DenseExample> examples;
    if (const auto found = examples.find(c); found != examples.end()) return found->second;
    const DenseDataset vectors = testing::clustered_vectors({});
    DenseExample made;
    made.segment = testing::dense_segment_of(vectors, setting(c));
    made.queries = testing::vectors_near(vectors, 12, 0.1, 9);
    for (uint64_t q = 0; q < made.queries.rows(); ++q)
        made.scores.push_back(testing::stored_scores(made.segment->store(), made.queries.row(q)));
    return examples[c] = std::move(made);
}

/// Every list, every block, every candidate.
DenseSearchParameters everything(uint32_t k) {
    DenseSearchParameters p;
    p.k = k;
    p.setting.lists = UINT32_MAX;
    p.setting.blocks = UINT32_MAX;
    p.setting.slack = 1e6F;
    p.setting.refine = UINT32_MAX;
    return p;
}

std::vector<uint32_t> some_rows(uint64_t rows, double share, uint64_t seed) {
    SplitMix random(seed);
    std::vector<uint32_t> out;
    for (uint32_t r = 0; r < rows; ++r)
        if (random.uniform() < share) out.push_back(r);
    return out;
}

RowBitmap to_bitmap(const std::vector<uint32_t>& rows) {
    RowBitmap bitmap;
    for (const uint32_t row : rows) bitmap.add(row);
    return bitmap;
}

class HashedSearch : public ::testing::TestWithParam<size_t> {
protected:
    const DenseExample& example_ = dense_example(GetParam());
    const DenseSegment& segment_ = *example_.segment;
    const DenseDataset& queries_ = example_.queries;
    const Distance distance_ = segment_.distance();
    const std::vector<uint32_t> all_ = testing::all_rows(segment_.rows());
};

/// What settings have little to do with is tried with a few.
class HashedSearchOfSome : public HashedSearch {};

TEST_P(HashedSearch, IsExactWhereAllIsLookedAt) {
    for (uint64_t q = 0; q < queries_.rows(); ++q) {
        for (const uint32_t k : {1U, 10U, 200U}) {
            SCOPED_TRACE(::testing::Message() << "query " << q << ", k " << k);
            const auto found = testing::search_dense_once(segment_, queries_.row(q), everything(k));
            EXPECT_FALSE(found.counters.exact);
            EXPECT_EQ(found.counters.blocks_visited, segment_.hashed()->cells());
            testing::expect_dense_answer(found.hits, example_.scores[q], all_, k, distance_);
            if (HasFailure()) return;
        }
    }
}

TEST_P(HashedSearchOfSome, ExactScoresEveryRow) {
    DenseSearchParameters p;
    p.exact = true;
    for (uint64_t q = 0; q < queries_.rows(); ++q) {
        for (const uint32_t k : {1U, 10U, 5000U}) {
            SCOPED_TRACE(::testing::Message() << "query " << q << ", k " << k);
            p.k = k;
            const auto found = testing::search_dense_once(segment_, queries_.row(q), p);
            EXPECT_TRUE(found.counters.exact);
            EXPECT_EQ(found.counters.documents_scored, segment_.rows());
            testing::expect_dense_answer(found.hits, example_.scores[q], all_, k, distance_);
            if (HasFailure()) return;
        }
    }
}

TEST_P(HashedSearch, FindsMostAtDefaultsAndLooksAtLittle) {
    double recall = 0;
    for (uint64_t q = 0; q < queries_.rows(); ++q) {
        const auto found = testing::search_dense_once(segment_, queries_.row(q), {});
        EXPECT_FALSE(found.counters.exact);
        EXPECT_LT(found.counters.documents_scored, segment_.rows());
        EXPECT_LE(found.counters.blocks_visited, 96U);
        EXPECT_EQ(found.counters.blocks_visited + found.counters.blocks_skipped,
                  found.counters.blocks);
        EXPECT_LE(found.counters.refined, 110U);
        EXPECT_GT(found.counters.bytes_touched, 0U);
        testing::expect_dense_order(found.hits, example_.scores[q], distance_);
        EXPECT_EQ(found.hits.size(), 10U);
        recall += testing::dense_recall(found.hits, example_.scores[q], all_, 10);
    }
    EXPECT_GE(recall / static_cast<double>(queries_.rows()), 0.9);
}

TEST_P(HashedSearchOfSome, ReturnsOnlyWhatIsAllowed) {
    for (const double share : {0.0, 0.001, 0.1, 0.5, 1.0}) {
        const auto rows = some_rows(segment_.rows(), share, 31);
        const RowBitmap allowed = to_bitmap(rows);
        for (uint64_t q = 0; q < queries_.rows(); q += 3) {
            for (const uint32_t k : {1U, 10U, 2000U}) {
                SCOPED_TRACE(::testing::Message()
                             << "share " << share << ", query " << q << ", k " << k);
                auto p = everything(k);
                auto found =
                    testing::search_dense_once(segment_, queries_.row(q), p, {&allowed, nullptr});
                testing::expect_dense_answer(found.hits, example_.scores[q], rows, k, distance_);
                if (rows.size() <= 1000) {
                    EXPECT_LE(found.counters.documents_scored, rows.size());
                }
                p = {};
                p.k = k;
                found =
                    testing::search_dense_once(segment_, queries_.row(q), p, {&allowed, nullptr});
                ASSERT_EQ(found.hits.size(), std::min<uint64_t>(k, rows.size()));
                testing::expect_dense_order(found.hits, example_.scores[q], distance_);
                for (const Hit& h : found.hits) ASSERT_TRUE(allowed.contains(h.row));
                p.exact = true;
                found =
                    testing::search_dense_once(segment_, queries_.row(q), p, {&allowed, nullptr});
                testing::expect_dense_answer(found.hits, example_.scores[q], rows, k, distance_);
                if (HasFailure()) return;
            }
        }
    }
}

TEST_P(HashedSearchOfSome, RowsPastTheEndAreIgnored) {
    RowBitmap allowed = to_bitmap(some_rows(segment_.rows(), 0.9, 2));
    allowed.add(static_cast<uint32_t>(segment_.rows()));
    allowed.add(UINT32_MAX);
    for (const bool exact : {false, true}) {
        DenseSearchParameters p;
        p.k = 5000;
        p.exact = exact;
        const auto found =
            testing::search_dense_once(segment_, queries_.row(0), p, {&allowed, nullptr});
        EXPECT_EQ(found.hits.size(), allowed.cardinality() - 2);
    }
}

TEST_P(HashedSearchOfSome, NeverReturnsDeadRows) {
    const auto dead_rows = some_rows(segment_.rows(), 0.4, 12);
    const DeadRows dead(to_bitmap(dead_rows));
    std::vector<uint32_t> alive;
    std::set_difference(all_.begin(), all_.end(), dead_rows.begin(), dead_rows.end(),
                        std::back_inserter(alive));
    for (uint64_t q = 0; q < queries_.rows(); q += 3) {
        for (const uint32_t k : {10U, 5000U}) {
            SCOPED_TRACE(::testing::Message() << "query " << q << ", k " << k);
            auto p = everything(k);
            auto found = testing::search_dense_once(segment_, queries_.row(q), p, {nullptr, &dead});
            testing::expect_dense_answer(found.hits, example_.scores[q], alive, k, distance_);
            p.exact = true;
            found = testing::search_dense_once(segment_, queries_.row(q), p, {nullptr, &dead});
            testing::expect_dense_answer(found.hits, example_.scores[q], alive, k, distance_);
            if (HasFailure()) return;
        }
    }
    const DeadRows all_dead(to_bitmap(all_));
    EXPECT_TRUE(testing::search_dense_once(segment_, queries_.row(0), {}, {nullptr, &all_dead})
                    .hits.empty());
}

TEST_P(HashedSearchOfSome, KeepsToTheLeastScore) {
    for (uint64_t q = 0; q < queries_.rows(); q += 3) {
        std::vector<float> sorted = example_.scores[q];
        std::sort(sorted.begin(), sorted.end(), std::greater<>());
        for (const bool exact : {false, true}) {
            auto p = everything(50);
            p.exact = exact;
            p.least_score = (sorted[19] + sorted[20]) / 2;
            const auto found = testing::search_dense_once(segment_, queries_.row(q), p);
            EXPECT_LE(found.hits.size(), 21U);
            if (exact) {
                EXPECT_GE(found.hits.size(), 19U);
            }
            for (const Hit& h : found.hits) EXPECT_GE(h.score, p.least_score);
            testing::expect_dense_order(found.hits, example_.scores[q], distance_);
            p.least_score = std::numeric_limits<float>::infinity();
            EXPECT_TRUE(testing::search_dense_once(segment_, queries_.row(q), p).hits.empty());
        }
    }
}

TEST_P(HashedSearchOfSome, BatchesAnswerAsSingleQueriesDo) {
    const DenseSource source{&segment_.store(), segment_.hashed()};
    const auto rows = some_rows(segment_.rows(), 0.6, 3);
    const RowBitmap allowed = to_bitmap(rows);
    for (const DenseScope scope : {DenseScope{}, DenseScope{&allowed, nullptr}}) {
        const auto batch = search_dense_batch(source, queries_, {}, scope, 3);
        ASSERT_TRUE(batch.is_ok());
        ASSERT_EQ(batch->size(), queries_.rows());
        DenseScratch scratch;  // used again from query to query
        SearchResult single;
        for (uint64_t q = 0; q < queries_.rows(); ++q) {
            ASSERT_TRUE(search_dense(source, queries_.row(q), {}, scope, scratch, single).is_ok());
            EXPECT_EQ((*batch)[q].hits, single.hits) << "query " << q;
            EXPECT_EQ((*batch)[q].counters.documents_scored, single.counters.documents_scored);
        }
    }
    DenseSearchParameters wrong;
    wrong.k = 0;
    EXPECT_ERROR(search_dense_batch(source, queries_, wrong, {}, 2), StatusCode::kInvalidArgument,
                 "query ", "k: 0");
}

TEST_P(HashedSearchOfSome, AScratchServesAnySource) {
    const DenseSegment& other = *dense_example((GetParam() + 1) % 9).segment;
    DenseScratch scratch;
    for (int round = 0; round < 2; ++round) {
        for (const DenseSegment* one : {&segment_, &other}) {
            SearchResult result;
            ASSERT_TRUE(search_dense({&one->store(), one->hashed()}, queries_.row(0), {}, {},
                                     scratch, result)
                            .is_ok());
            EXPECT_EQ(result.hits, testing::search_dense_once(*one, queries_.row(0), {}).hits);
        }
    }
}

TEST_P(HashedSearchOfSome, EveryKernelSetChoosesTheSameBlocks) {
    const HashedLists& lists = *segment_.hashed();
    for (uint64_t q = 0; q < queries_.rows(); ++q) {
        std::vector<float> query(queries_.row(q).begin(), queries_.row(q).end());
        if (distance_ == Distance::kCosine) normalize(query);
        HashedQuery expected;
        expected.set(lists, query, scalar_dense_kernels());
        CellScores expected_cells(lists);
        SearchCounters counters;
        expected_cells.score(expected, 8, 40, scalar_dense_kernels(), counters);
        for (const Kernels* kernels : supported_kernels()) {
            const DenseKernels& set = dense_kernels_named(kernels->name);
            HashedQuery found;
            found.set(lists, query, set);
            ASSERT_EQ(found.documents().offset(), expected.documents().offset());
            ASSERT_EQ(found.documents().unit(), expected.documents().unit());
            CellScores cells(lists);
            cells.score(found, 8, 40, set, counters);
            ASSERT_EQ(cells.ordered().size(), expected_cells.ordered().size());
            for (size_t i = 0; i < cells.ordered().size(); ++i) {
                const ScoredCell& a = cells.ordered()[i];
                const ScoredCell& b = expected_cells.ordered()[i];
                ASSERT_EQ(a.cell, b.cell) << set.name << ", query " << q << ", block " << i;
                ASSERT_EQ(a.score, b.score);
                ASSERT_EQ(a.base, b.base);
            }
        }
    }
}

TEST_P(HashedSearchOfSome, QueriesOfAnyLengthAreAnswered) {
    std::vector<float> query(queries_.row(0).begin(), queries_.row(0).end());
    for (const float scale : {0.0F, 1e-40F, 1e-20F, 1e15F, 1e30F, 1e37F}) {
        std::vector<float> scaled = query;
        for (float& v : scaled) v *= scale;
        for (const uint32_t k : {10U, 4000U}) {
            DenseSearchParameters p;
            p.k = k;
            const auto found = testing::search_dense_once(segment_, scaled, p);
            EXPECT_EQ(found.hits.size(), std::min<uint64_t>(k, segment_.rows())) << scale;
            for (const Hit& h : found.hits) EXPECT_FALSE(std::isnan(h.score)) << scale;
        }
    }
}

TEST_P(HashedSearchOfSome, WrongQueriesAreNamed) {
    DenseScratch scratch;
    SearchResult result;
    const DenseSource source{&segment_.store(), segment_.hashed()};
    std::vector<float> query(segment_.dim(), 1.0F);
    const auto ask = [&](std::span<const float> asked, const DenseSearchParameters& p) {
        return search_dense(source, asked, p, {}, scratch, result);
    };
    EXPECT_ERROR(ask(std::span(query).first(23), {}), StatusCode::kInvalidArgument,
                 "query: 23 values, expected 24");
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), kMinusInfinity}) {
        query[5] = bad;
        EXPECT_ERROR(ask(query, {}), StatusCode::kInvalidArgument, "query", "finite");
    }
    query[5] = 0;
    const auto wrong = [&](auto change, const char* name) {
        DenseSearchParameters p;
        change(p);
        EXPECT_ERROR(ask(query, p), StatusCode::kInvalidArgument, name);
    };
    wrong([](auto& p) { p.k = 0; }, "k: 0");
    wrong([](auto& p) { p.setting.lists = 0; }, "lists: 0");
    wrong([](auto& p) { p.setting.slack = std::numeric_limits<float>::quiet_NaN(); }, "slack: nan");
    wrong([](auto& p) { p.least_score = std::numeric_limits<float>::quiet_NaN(); }, "least_score");
    EXPECT_TRUE(ask(query, {}).is_ok());
}

INSTANTIATE_TEST_SUITE_P(Settings, HashedSearch, ::testing::Range<size_t>(0, 9),
                         [](const auto& c) { return setting_name(c.param); });
INSTANTIATE_TEST_SUITE_P(Settings, HashedSearchOfSome, ::testing::Values(0, 4, 8),
                         [](const auto& c) { return setting_name(c.param); });

TEST(FlatSearch, IsExactForEveryDistanceAndStore) {
    testing::ClusteredShape shape;
    shape.rows = 700;
    shape.dim = 13;
    const DenseDataset vectors = testing::clustered_vectors(shape);
    const DenseDataset queries = testing::vectors_near(vectors, 5, 0.5, 4);
    for (const Distance distance : kDistances) {
        for (const VectorStoreKind store : kStores) {
            DenseBuildParameters parameters;
            parameters.kind = DenseIndexKind::kFlat;
            parameters.distance = distance;
            parameters.store = store;
            const auto segment = testing::dense_segment_of(vectors, parameters);
            for (uint64_t q = 0; q < queries.rows(); ++q) {
                SCOPED_TRACE(::testing::Message() << distance_name(distance) << ", "
                                                  << vector_store_name(store) << ", query " << q);
                const auto found = testing::search_dense_once(*segment, queries.row(q), {});
                EXPECT_TRUE(found.counters.exact);
                testing::expect_dense_answer(
                    found.hits, testing::stored_scores(segment->store(), queries.row(q)),
                    testing::all_rows(700), 10, distance);
            }
        }
    }
}

TEST(HashedSearchOfEqualRows, OrdersTiesByRow) {
    std::vector<float> values;
    for (uint32_t r = 0; r < 900; ++r) values.insert(values.end(), {1, 2, r % 3 == 0 ? 4.0F : 3});
    const DenseDataset vectors = DenseDataset::from_values(std::move(values), 3).value();
    for (const Distance distance : kDistances) {
        DenseBuildParameters parameters;
        parameters.hash.threads = 1;
        parameters.distance = distance;
        const auto segment = testing::dense_segment_of(vectors, parameters);
        for (const bool exact : {false, true}) {
            auto p = everything(20);
            p.exact = exact;
            const auto found = testing::search_dense_once(*segment, std::vector<float>{1, 2, 4}, p);
            ASSERT_EQ(found.hits.size(), 20U);
            for (uint32_t i = 0; i < 20; ++i)
                EXPECT_EQ(found.hits[i].row, 3 * i) << distance_name(distance) << ", " << exact;
        }
    }
}

}  // namespace
}  // namespace temblor
