#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "data/dense_vector.h"
#include "data/splitmix.h"
#include "index/collection/collection.h"
#include "index/payload/filter_parser.h"
#include "query/collection/collection_search.h"
#include "query/collection/dense_distance.h"
#include "query/collection/source_search.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

constexpr uint32_t kHashedSize = 24;
constexpr uint64_t kHashedPoints = 5000;

/// Points in clusters; every tenth has no dense vector in collections with gaps.
class IndexedDenseTest : public FolderTest, public ::testing::WithParamInterface<DenseIndexKind> {
protected:
    static CollectionOptions options() {
        CollectionOptions o;
        o.background = false;
        o.memtable_points = 20'000;
        return o;
    }

    void make(Distance distance, bool gaps) {
        distance_ = distance;
        Schema schema;
        schema.dense["d"] = {kHashedSize, distance, GetParam()};
        schema.sparse["s"] = {};
        schema.payload_indexes["part"] = PayloadType::kInteger;
        folder_ = std::string(distance_name(distance));
        auto created = Collection::create(path(folder_), schema, options());
        ASSERT_TRUE(created.is_ok()) << created.status().to_string();
        collection_ = *created;
        std::vector<DenseVector> centres;
        for (int i = 0; i < 60; ++i) centres.push_back(noise(1.0));
        for (uint64_t id = 0; id < kHashedPoints; ++id) {
            Point p;
            p.id = id;
            p.payload = "{\"part\":" + std::to_string(id % 50) + "}";
            const SparseVector s{{static_cast<uint32_t>(random_.below(40)),
                                  static_cast<uint32_t>(40 + random_.below(40))},
                                 {1.0F, static_cast<float>(1 + random_.below(5))}};
            p.vectors.push_back({"s", s});
            if (!gaps || id % 10 != 0) {
                DenseVector v = noise(0.4);
                const DenseVector& centre = centres[random_.below(centres.size())];
                for (uint32_t d = 0; d < kHashedSize; ++d) v[d] += centre[d];
                p.vectors.push_back({"d", v});
            }
            upsert(p);
        }
        write();
        ASSERT_TRUE(collection_->flush().is_ok());
    }
    void upsert(const Point& p) {
        batch_.push_back(p);
        sparse_[std::get<uint64_t>(p.id)] = std::get<SparseVector>(p.vectors[0].value);
        dense_.erase(std::get<uint64_t>(p.id));
        if (p.vectors.size() < 2) return;
        DenseVector stored = std::get<DenseVector>(p.vectors[1].value);
        if (distance_ == Distance::kCosine) normalize(stored);
        dense_[std::get<uint64_t>(p.id)] = stored;
    }
    void write() {
        ASSERT_TRUE(collection_->write(upsert_points(std::move(batch_))).is_ok());
        batch_.clear();
    }
    void erase(uint64_t id) {
        ASSERT_TRUE(collection_->write(delete_points(std::vector<DocumentId>{id})).is_ok());
        dense_.erase(id);
        sparse_.erase(id);
    }
    DenseVector noise(double scale) {
        DenseVector v(kHashedSize);
        for (float& x : v) x = static_cast<float>(scale * (random_.uniform() * 2 - 1));
        return v;
    }
    DenseVector query_near() {
        auto at = dense_.lower_bound(random_.below(kHashedPoints));
        if (at == dense_.end()) at = dense_.begin();
        DenseVector q = at->second;
        const DenseVector off = noise(0.2);
        for (uint32_t d = 0; d < kHashedSize; ++d) q[d] += off[d];
        return q;
    }

    static bool has_index(const DenseMatrix& matrix) {
        const bool hashed = GetParam() == DenseIndexKind::kHashed;
        return (matrix.hashed() != nullptr) == hashed && (matrix.graph() != nullptr) == !hashed;
    }

    using Wanted = std::function<bool(uint64_t)>;
    std::vector<uint64_t> truth(const DenseVector& query, uint32_t k, const Wanted& wanted) const {
        DenseVector q = query;
        if (distance_ == Distance::kCosine) normalize(q);
        std::vector<std::pair<float, uint64_t>> all;
        for (const auto& [id, v] : dense_)
            if (wanted(id)) all.emplace_back(-dense_score(distance_, q, v), id);
        std::sort(all.begin(), all.end());
        std::vector<uint64_t> ids;
        for (size_t i = 0; i < std::min<size_t>(k, all.size()); ++i) ids.push_back(all[i].second);
        return ids;
    }
    CollectionResult search(const DenseVector& query, uint32_t k, bool exact,
                            const std::string& filter = "") {
        CollectionQuery asked;
        asked.vector = "d";
        asked.query = query;
        asked.parameters.k = k;
        asked.parameters.exact = exact;
        if (!filter.empty()) asked.filter = parse_filter(filter).value();
        CollectionResult result;
        const Status status = search_collection(*collection_->version(), asked, scratch_, result);
        EXPECT_TRUE(status.is_ok()) << status.to_string();
        return result;
    }
    static std::vector<uint64_t> ids_of(const CollectionResult& result) {
        std::vector<uint64_t> ids;
        for (const CollectionHit& hit : result.hits) ids.push_back(std::get<uint64_t>(hit.id));
        return ids;
    }
    /// Exact answers are the truth, approximate ones nearly, with the same scores.
    void expect_good(
        const std::string& filter = "", const Wanted& wanted = [](uint64_t) { return true; }) {
        double found = 0;
        double all = 0;
        for (int i = 0; i < 25; ++i) {
            const DenseVector query = query_near();
            const auto expected = truth(query, 10, wanted);
            const CollectionResult exact = search(query, 10, true, filter);
            EXPECT_EQ(ids_of(exact), expected);
            const CollectionResult near = search(query, 10, false, filter);
            EXPECT_EQ(near.hits.size(), expected.size());
            for (const CollectionHit& hit : near.hits) {
                EXPECT_TRUE(wanted(std::get<uint64_t>(hit.id)));
                for (const CollectionHit& same : exact.hits) {
                    if (same.id != hit.id) continue;
                    EXPECT_EQ(same.score, hit.score);
                    ++found;
                }
            }
            all += static_cast<double>(expected.size());
        }
        EXPECT_GE(found, 0.95 * all);
    }

    std::string folder_;
    Distance distance_ = Distance::kCosine;
    SplitMix random_{11};
    std::shared_ptr<Collection> collection_;
    std::map<uint64_t, DenseVector> dense_;  ///< as they are stored
    std::map<uint64_t, SparseVector> sparse_;
    std::vector<Point> batch_;
    CollectionScratch scratch_;
};

TEST_P(IndexedDenseTest, EveryDistanceWithAndWithoutGaps) {
    for (const Distance distance : {Distance::kCosine, Distance::kDot, Distance::kEuclid}) {
        SCOPED_TRACE(distance_name(distance));
        dense_.clear();
        sparse_.clear();
        const bool gaps = distance != Distance::kDot;
        ASSERT_NO_FATAL_FAILURE(make(distance, gaps));
        const auto version = collection_->version();
        ASSERT_EQ(version->segments.size(), 1U);
        const DenseMatrix* matrix = version->segments[0].segment->dense("d");
        ASSERT_NE(matrix, nullptr);
        ASSERT_TRUE(has_index(*matrix));
        EXPECT_EQ(matrix->full(), !gaps);
        expect_good();
        // A walk, not a scan.
        const CollectionResult walked = search(query_near(), 10, false);
        EXPECT_FALSE(walked.counters.exact);
        EXPECT_GT(walked.counters.blocks_visited, 0U);
        EXPECT_LT(walked.counters.documents_scored, kHashedPoints);
    }
}

TEST_P(IndexedDenseTest, FiltersUpdatesAndSnapshots) {
    ASSERT_NO_FATAL_FAILURE(make(Distance::kCosine, true));
    const auto part_below = [](uint64_t limit) {
        return [limit](uint64_t id) { return id % 50 < limit; };
    };
    expect_good(R"({"must":[{"key":"part","range":{"lt":30}}]})", part_below(30));
    expect_good(R"({"must":[{"key":"part","range":{"lt":1}}]})", part_below(1));
    expect_good(R"({"must":[{"key":"part","range":{"lt":0}}]})", part_below(0));

    // Some die, some move, some are new: partly in the memtable, then in a segment.
    for (int i = 0; i < 200; ++i) erase(random_.below(kHashedPoints));
    for (int i = 0; i < 300; ++i) {
        Point p;
        p.id = random_.below(kHashedPoints + 200);
        p.payload = "{\"part\":" + std::to_string(std::get<uint64_t>(p.id) % 50) + "}";
        p.vectors.push_back({"s", SparseVector{{1}, {1.0F}}});
        p.vectors.push_back({"d", noise(1.0)});
        upsert(p);
    }
    ASSERT_NO_FATAL_FAILURE(write());
    expect_good();
    ASSERT_TRUE(collection_->flush().is_ok());
    expect_good();
    expect_good(R"({"must":[{"key":"part","range":{"lt":30}}]})", part_below(30));

    ASSERT_TRUE(collection_->snapshot(path("c.snapshot"), no_progress()).is_ok());
    collection_.reset();
    collection_ = Collection::open(path(folder_), options()).value();
    expect_good();
    ASSERT_TRUE(collection_->compact(no_progress()).is_ok());
    ASSERT_EQ(collection_->version()->segments.size(), 1U);
    ASSERT_TRUE(has_index(*collection_->version()->segments[0].segment->dense("d")));
    expect_good();
    std::vector<std::string> findings;
    EXPECT_TRUE(collection_->check(no_progress(), findings).is_ok());
    EXPECT_TRUE(findings.empty());
}

TEST_P(IndexedDenseTest, HybridIsTheFusionOfBoth) {
    ASSERT_NO_FATAL_FAILURE(make(Distance::kCosine, false));
    double found = 0;
    for (int i = 0; i < 20; ++i) {
        const DenseVector dense = query_near();
        const SparseVector sparse{{static_cast<uint32_t>(random_.below(40)),
                                   static_cast<uint32_t>(40 + random_.below(40))},
                                  {1.0F, 1.5F}};
        const auto ask = [&](bool exact) {
            SourcedSearch search;
            search.fusion = ReciprocalRankFusion{};
            for (const bool is_dense : {true, false}) {
                SearchSource source;
                source.name = is_dense ? "dense" : "sparse";
                source.query.vector = is_dense ? "d" : "s";
                if (is_dense) {
                    source.query.query = dense;
                } else {
                    source.query.query = sparse;
                }
                source.query.parameters.k = 50;
                source.query.parameters.exact = exact;
                search.sources.push_back(std::move(source));
            }
            SourcedResult result;
            EXPECT_TRUE(search_sources(*collection_->version(), search, scratch_, result).is_ok());
            return result;
        };
        // By hand: ranks of both lists, 1 / (60 + rank).
        std::map<uint64_t, double> fused;
        const auto by_dense = truth(dense, 50, [](uint64_t) { return true; });
        for (size_t r = 0; r < by_dense.size(); ++r)
            fused[by_dense[r]] += 1.0 / (60.0 + static_cast<double>(r));
        std::vector<std::pair<float, uint64_t>> by_sparse;
        for (const auto& [id, v] : sparse_) {
            const auto score = static_cast<float>(inner_product(sparse.view(), v.view()));
            if (score > 0) by_sparse.emplace_back(-score, id);
        }
        std::sort(by_sparse.begin(), by_sparse.end());
        for (size_t r = 0; r < std::min<size_t>(50, by_sparse.size()); ++r)
            fused[by_sparse[r].second] += 1.0 / (60.0 + static_cast<double>(r));
        std::vector<std::pair<double, uint64_t>> best;
        for (const auto& [id, score] : fused) best.emplace_back(-score, id);
        std::sort(best.begin(), best.end());

        const SourcedResult exact = ask(true);
        ASSERT_EQ(exact.hits.size(), 10U);
        for (size_t r = 0; r < 10; ++r)
            EXPECT_EQ(std::get<uint64_t>(exact.hits[r].hit.id), best[r].second) << r;
        for (const SourcedHit& hit : ask(false).hits) {
            found += std::any_of(exact.hits.begin(), exact.hits.end(),
                                 [&](const SourcedHit& e) { return e.hit.id == hit.hit.id; })
                         ? 1
                         : 0;
        }
    }
    EXPECT_GE(found / 200, 0.97);
}

INSTANTIATE_TEST_SUITE_P(Kinds, IndexedDenseTest,
                         ::testing::Values(DenseIndexKind::kHashed, DenseIndexKind::kHnsw),
                         [](const auto& kind) {
                             return std::string(dense_index_name(kind.param));
                         });

}  // namespace
}  // namespace temblor::testing
