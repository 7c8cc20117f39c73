#include "query/collection/idf.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "index/collection/collection.h"
#include "index/collection/point_codec.h"
#include "index/payload/filter_parser.h"
#include "query/collection/fusion.h"
#include "query/collection/staged_search.h"
#include "tests/collection/collection_model.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

constexpr uint64_t kIdfSeed = 71;
constexpr uint64_t kIdfPool = 500;

/// Points that have a vector, and how many have each component.
struct Census {
    uint64_t points = 0;
    std::map<uint32_t, uint64_t> frequencies;

    void add(SparseVectorView vector) {
        points += vector.nnz() > 0 ? 1 : 0;
        for (size_t i = 0; i < vector.nnz(); ++i) frequencies[vector.components[i]] += 1;
    }
};

/// Of all rows that there are, one by one.
Census count_rows(const Version& version, const std::string& name) {
    Census census;
    for (const SegmentView& view : version.segments) {
        for (uint64_t row = 0; row < view.segment->rows(); ++row)
            census.add((*view.segment->sparse(name))->vector(row).value().view());
    }
    for (const MemtableView& view : version.memtables) {
        for (uint32_t row = 0; row < view.rows; ++row) census.add(view.memtable->sparse(name, row));
    }
    return census;
}

Census count_live(const CollectionModel& model, const std::string& name) {
    Census census;
    for (const auto& [key, held] : model.points()) {
        for (const NamedVector& v : held.point.vectors) {
            if (v.name == name) census.add(std::get<SparseVector>(v.value).view());
        }
    }
    return census;
}

SparseVector weigh(const SparseVector& query, const Census& census) {
    SparseVector weighed = query;
    for (size_t i = 0; i < query.nnz(); ++i) {
        const auto at = census.frequencies.find(query.components[i]);
        const double df = at == census.frequencies.end() ? 0 : static_cast<double>(at->second);
        const double n = static_cast<double>(census.points);
        weighed.values[i] = static_cast<float>(static_cast<double>(query.values[i]) *
                                               std::log1p((n - df + 0.5) / (df + 0.5)));
    }
    return weighed;
}

class IdfTest : public FolderTest {
protected:
    static CollectionOptions options() {
        CollectionOptions o;
        o.memtable_points = 10'000;
        o.merge_factor = 2;
        o.max_dead_share = 0;  // so that optimize() leaves no dead row
        o.background = false;
        return o;
    }
    IdfTest() {
        Schema schema = model_schema();
        for (auto& [name, settings] : schema.sparse) settings.modifier = VectorModifier::kIdf;
        collection_ = Collection::create(path("c"), schema, options()).value();
    }

    void write_some(int batches) {
        for (int i = 0; i < batches; ++i) {
            std::vector<Point> points;
            for (int p = 0; p < 30; ++p) points.push_back(random_model_point(random_, kIdfPool));
            ASSERT_TRUE(collection_->write(upsert_points(points)).is_ok());
            model_.upsert(points);
            const std::vector<DocumentId> gone{random_id(random_, kIdfPool)};
            ASSERT_TRUE(collection_->write(delete_points(gone)).is_ok());
            model_.erase(gone);
        }
    }

    SparseVector random_query() {
        SparseVector v;
        for (uint32_t i = 0; i < 6; ++i) {
            v.components.push_back(static_cast<uint32_t>(random_.below(70)));
            v.values.push_back(static_cast<float>(1 + random_.below(100)) / 50.0F);
        }
        v.sort_and_merge();
        return v;
    }

    /// The model's hits by the weights of `census`.
    [[nodiscard]] std::vector<CollectionHit> expected(CollectionQuery query,
                                                      const Census& census) const {
        query.query = weigh(std::get<SparseVector>(query.query), census);
        return model_.search(query);
    }

    void expect_same(const std::vector<CollectionHit>& hits,
                     const std::vector<CollectionHit>& expected) {
        ASSERT_EQ(hits.size(), expected.size()) << "seed " << kIdfSeed;
        for (size_t i = 0; i < hits.size(); ++i) {
            ASSERT_EQ(hits[i].id, expected[i].id) << "hit " << i << " seed " << kIdfSeed;
            ASSERT_EQ(hits[i].score, expected[i].score) << "hit " << i << " seed " << kIdfSeed;
        }
    }

    void expect_searches(int rounds) {
        const auto version = collection_->version();
        for (const std::string name : {"text", "plain"}) {
            const Census census = count_rows(*version, name);
            ASSERT_EQ(points_with_vector(*version, name), census.points);
            for (uint32_t c = 0; c < 70; ++c) {
                const auto at = census.frequencies.find(c);
                ASSERT_EQ(document_frequency(*version, name, c),
                          at == census.frequencies.end() ? 0 : at->second)
                    << "component " << c << " seed " << kIdfSeed;
            }
            for (int round = 0; round < rounds; ++round) {
                CollectionQuery query;
                query.vector = name;
                query.query = random_query();
                query.parameters.k = static_cast<uint32_t>(1 + random_.below(30));
                query.parameters.exact = true;
                if (round % 2 == 1)
                    query.filter = parse_filter(random_filter(random_, kIdfPool, 1)).value();
                const auto best = expected(query, census);
                ASSERT_TRUE(search_collection(*version, query, scratch_, result_).is_ok());
                ASSERT_NO_FATAL_FAILURE(expect_same(result_.hits, best));
                query.parameters.exact = false;
                ASSERT_TRUE(search_collection(*version, query, scratch_, result_).is_ok());
                ASSERT_EQ(result_.hits.size(), best.size()) << "seed " << kIdfSeed;
                query.parameters.k = 100'000;
                std::map<uint64_t, float> scores;
                for (const CollectionHit& hit : expected(query, census))
                    scores[hit.ordinal] = hit.score;
                for (const CollectionHit& hit : result_.hits)
                    ASSERT_NEAR(hit.score, scores.at(hit.ordinal), 0.01F) << "seed " << kIdfSeed;
            }
        }
    }

    SplitMix random_{kIdfSeed};
    std::shared_ptr<Collection> collection_;
    CollectionModel model_;
    CollectionScratch scratch_;
    CollectionResult result_;
};

TEST_F(IdfTest, TheFormulaIsLucenes) {
    EXPECT_DOUBLE_EQ(inverse_document_frequency(10, 3), std::log(1 + 7.5 / 3.5));
    EXPECT_DOUBLE_EQ(inverse_document_frequency(0, 0), std::log(2));
    EXPECT_GT(inverse_document_frequency(5, 5), 0);
    EXPECT_EQ(inverse_document_frequency(5, 9), inverse_document_frequency(9, 9));
}

TEST_F(IdfTest, SearchesWeighByWhatIsThere) {
    ASSERT_NO_FATAL_FAILURE(expect_searches(2));  // nothing
    for (int round = 0; round < 6; ++round) {
        ASSERT_NO_FATAL_FAILURE(write_some(4));
        ASSERT_NO_FATAL_FAILURE(expect_searches(10));  // memtable, and segments with dead rows
        if (round != 4) {
            ASSERT_TRUE(collection_->flush().is_ok());
        }
        if (round == 3) {
            ASSERT_TRUE(collection_->optimize().is_ok());
        }
        if (round == 4) {
            collection_.reset();
            collection_ = Collection::open(path("c"), options()).value();
        }
        ASSERT_NO_FATAL_FAILURE(expect_searches(10));
    }
    // Merged, only what lives counts.
    ASSERT_TRUE(collection_->optimize().is_ok());
    for (const std::string name : {"text", "plain"}) {
        const auto version = collection_->version();
        const Census live = count_live(model_, name);
        EXPECT_EQ(points_with_vector(*version, name), live.points) << "seed " << kIdfSeed;
        for (const auto& [component, df] : live.frequencies)
            EXPECT_EQ(document_frequency(*version, name, component), df);
    }
    ASSERT_NO_FATAL_FAILURE(expect_searches(10));
    collection_.reset();
    collection_ = Collection::open(path("c"), options()).value();
    ASSERT_NO_FATAL_FAILURE(expect_searches(10));
}

TEST_F(IdfTest, EveryStageIsWeighed) {
    ASSERT_NO_FATAL_FAILURE(write_some(8));
    ASSERT_TRUE(collection_->flush().is_ok());
    ASSERT_NO_FATAL_FAILURE(write_some(3));
    const auto version = collection_->version();
    const Census text = count_rows(*version, "text");
    const Census plain = count_rows(*version, "plain");
    for (int round = 0; round < 20; ++round) {
        std::vector<std::vector<CollectionHit>> lists;
        SearchStage fused;
        fused.what = ReciprocalRankFusion{2, {}};
        for (const auto& [name, census] : {std::pair("text", &text), std::pair("plain", &plain)}) {
            SearchStage one;
            const SparseVector query = random_query();
            one.what = NearestStage{name, query};
            one.limit = 20;
            one.parameters.exact = true;
            fused.prefetch.push_back(one);
            CollectionQuery same;
            same.vector = name;
            same.query = query;
            same.parameters.k = one.limit;
            lists.push_back(expected(same, *census));
        }
        auto best = fuse_by_rank(lists, ReciprocalRankFusion{2, {}});
        if (best.size() > fused.limit) best.resize(fused.limit);
        ASSERT_TRUE(search_stages(*version, fused, scratch_, result_).is_ok());
        ASSERT_NO_FATAL_FAILURE(expect_same(result_.hits, best));
        // Scored anew by another vector.
        SearchStage again = fused;
        const SparseVector query = random_query();
        again.what = NearestStage{"text", query};
        again.limit = 40;
        CollectionQuery whole;
        whole.vector = "text";
        whole.query = query;
        whole.parameters.k = 100'000;
        best = expected(whole, text);
        std::erase_if(best, [&](const CollectionHit& hit) {
            for (const auto& list : lists) {
                for (const CollectionHit& other : list) {
                    if (other.ordinal == hit.ordinal) return false;
                }
            }
            return true;
        });
        ASSERT_TRUE(search_stages(*version, again, scratch_, result_).is_ok());
        ASSERT_NO_FATAL_FAILURE(expect_same(result_.hits, best));
    }
}

TEST_F(IdfTest, RareTermsWeighMore) {
    std::vector<Point> points;
    for (uint64_t id = 0; id < 20; ++id) {
        const SparseVector vector =
            id == 7 ? SparseVector{{1, 2}, {1, 1}} : SparseVector{{1}, {1.5F}};
        points.push_back({id, "", {{"text", vector}}});
    }
    ASSERT_TRUE(collection_->write(upsert_points(points)).is_ok());
    CollectionQuery query;
    query.vector = "text";
    query.query = SparseVector{{1, 2, 99}, {1, 0.6F, 1}};
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(search_collection(*collection_->version(), query, scratch_, result_).is_ok());
        ASSERT_EQ(result_.hits.size(), 10U);
        EXPECT_EQ(result_.hits[0].id, DocumentId(uint64_t{7}));
        EXPECT_NEAR(result_.hits[0].score,
                    std::log(1 + 0.5 / 20.5) + 0.6 * std::log(1 + 19.5 / 1.5), 1e-3);
        ASSERT_TRUE(collection_->flush().is_ok());
    }
    // Nothing but unknown components.
    query.query = SparseVector{{99}, {1}};
    ASSERT_TRUE(search_collection(*collection_->version(), query, scratch_, result_).is_ok());
    EXPECT_TRUE(result_.hits.empty());
}

}  // namespace
}  // namespace temblor::testing
