#include "query/collection/staged_search.h"

#include <algorithm>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "index/collection/collection.h"
#include "index/collection/point_codec.h"
#include "index/payload/filter_parser.h"
#include "query/collection/fusion.h"
#include "tests/collection/collection_model.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

constexpr uint64_t kStagedSeed = 29;
constexpr uint64_t kStagedPool = 300;

using Hits = std::vector<CollectionHit>;

class StagedSearchTest : public FolderTest {
protected:
    StagedSearchTest() {
        CollectionOptions options;
        options.memtable_points = 100;
        options.background = false;
        collection_ = Collection::create(path("c"), model_schema(), options).value();
        for (int i = 0; i < 40; ++i) {
            std::vector<Point> points;
            for (int p = 0; p < 10; ++p) points.push_back(random_model_point(random_, kStagedPool));
            EXPECT_TRUE(collection_->write(upsert_points(points)).is_ok());
            model_.upsert(points);
            const std::vector<DocumentId> gone{random_id(random_, kStagedPool)};
            EXPECT_TRUE(collection_->write(delete_points(gone)).is_ok());
            model_.erase(gone);
            if (i == 20) {
                EXPECT_TRUE(collection_->flush().is_ok());
            }
        }
    }

    NearestStage random_nearest() {
        switch (random_.below(3)) {
            case 0: {
                SparseVector v;
                for (uint32_t i = 0; i < 6; ++i) {
                    v.components.push_back(static_cast<uint32_t>(random_.below(30)));
                    v.values.push_back(static_cast<float>(1 + random_.below(100)) / 50.0F);
                }
                v.sort_and_merge();
                return {random_.below(2) == 0 ? "text" : "plain", v};
            }
            case 1:
                return {"dot", random_values(4)};
            default:
                return {"cosine", random_values(3)};
        }
    }
    DenseVector random_values(size_t size) {
        DenseVector values(size);
        for (float& value : values) value = static_cast<float>(random_.uniform() * 2 - 1);
        return values;
    }

    SearchStage random_stage(int depth) {
        SearchStage stage;
        stage.limit = static_cast<uint32_t>(1 + random_.below(random_.below(4) == 0 ? 200 : 25));
        stage.parameters.exact = true;
        if (random_.below(3) == 0) {
            const std::string text = random_filter(random_, kStagedPool, 1);
            stage.filter = parse_filter(text).value();
        }
        if (random_.below(4) == 0) stage.least = static_cast<float>(random_.uniform());
        if (depth > 0) {
            for (uint64_t i = random_.below(4); i > 0; --i)
                stage.prefetch.push_back(random_stage(depth - 1));
        }
        if (stage.prefetch.empty() || random_.below(3) == 0) {
            stage.what = random_nearest();
        } else if (random_.below(2) == 0) {
            ReciprocalRankFusion fusion;
            fusion.k = static_cast<float>(1 + random_.below(10));
            if (random_.below(2) == 0) {
                for (size_t i = 0; i < stage.prefetch.size(); ++i)
                    fusion.weights.push_back(static_cast<float>(1 + random_.below(5)));
            }
            stage.what = fusion;
        } else {
            stage.what = DistributionFusion{};
        }
        return stage;
    }

    /// The definition: every stage scores all points of the model, then takes those it may.
    [[nodiscard]] Hits oracle(const SearchStage& stage, std::vector<const Filter*> filters) const {
        if (stage.filter) filters.push_back(&*stage.filter);
        std::vector<Hits> lists;
        for (const SearchStage& one : stage.prefetch) lists.push_back(oracle(one, filters));
        Hits hits;
        if (const auto* nearest = std::get_if<NearestStage>(&stage.what)) {
            CollectionQuery query;
            query.vector = nearest->vector;
            query.query = nearest->query;
            query.parameters.k = 1'000'000;
            std::set<uint64_t> found;
            for (const Hits& list : lists) {
                for (const CollectionHit& hit : list) found.insert(hit.ordinal);
            }
            for (const CollectionHit& hit : model_.search(query)) {
                const auto& held = model_.points().at(encode_id(canonical_id(hit.id)));
                const bool passes =
                    std::all_of(filters.begin(), filters.end(),
                                [&](const Filter* filter) { return model_.passes(held, *filter); });
                if (passes && (stage.prefetch.empty() || found.contains(hit.ordinal)))
                    hits.push_back(hit);
            }
        } else if (const auto* by_rank = std::get_if<ReciprocalRankFusion>(&stage.what)) {
            hits = fuse_by_rank(lists, *by_rank);
        } else {
            hits = fuse_by_distribution(lists);
        }
        if (stage.least) {
            std::erase_if(hits, [&](const CollectionHit& hit) { return hit.score < *stage.least; });
        }
        if (hits.size() > stage.limit) hits.resize(stage.limit);
        return hits;
    }

    void expect_same(const SearchStage& stage) {
        const Status status = search_stages(*collection_->version(), stage, scratch_, result_);
        ASSERT_TRUE(status.is_ok()) << status.to_string();
        const Hits expected = oracle(stage, {});
        ASSERT_EQ(result_.hits.size(), expected.size()) << "seed " << kStagedSeed;
        for (size_t i = 0; i < expected.size(); ++i) {
            ASSERT_EQ(result_.hits[i].id, expected[i].id) << "hit " << i << " seed " << kStagedSeed;
            ASSERT_EQ(result_.hits[i].ordinal, expected[i].ordinal);
            ASSERT_EQ(result_.hits[i].score, expected[i].score);
        }
        found_ += expected.size();
    }

    SplitMix random_{kStagedSeed};
    std::shared_ptr<Collection> collection_;
    CollectionModel model_;
    CollectionScratch scratch_;
    CollectionResult result_;
    size_t found_ = 0;
};

TEST_F(StagedSearchTest, AnyTreeIsWhatItsDefinitionSays) {
    for (int round = 0; round < 250; ++round)
        ASSERT_NO_FATAL_FAILURE(expect_same(random_stage(3))) << "round " << round;
    EXPECT_GT(found_, 500U);
    ASSERT_TRUE(collection_->optimize().is_ok());
    for (int round = 0; round < 100; ++round)
        ASSERT_NO_FATAL_FAILURE(expect_same(random_stage(2))) << "round " << round;
}

TEST_F(StagedSearchTest, APrefetchThatFindsNothingLeavesNothing) {
    SearchStage stage;
    stage.what = NearestStage{"dot", DenseVector{1, 1, 1, 1}};
    SearchStage none = stage;
    none.filter = parse_filter(R"({"must":[{"key":"city","match":{"value":"Nowhere"}}]})").value();
    ASSERT_NO_FATAL_FAILURE(expect_same(stage));
    EXPECT_EQ(result_.hits.size(), 10U);
    stage.prefetch = {none, none};
    ASSERT_NO_FATAL_FAILURE(expect_same(stage));
    EXPECT_TRUE(result_.hits.empty());
    stage.what = DistributionFusion{};
    ASSERT_NO_FATAL_FAILURE(expect_same(stage));
    EXPECT_TRUE(result_.hits.empty());
}

TEST_F(StagedSearchTest, WrongStagesAreRefused) {
    const auto search = [&](const SearchStage& stage) {
        return search_stages(*collection_->version(), stage, scratch_, result_);
    };
    SearchStage nearest;
    nearest.what = NearestStage{"dot", DenseVector{1, 1, 1, 1}};
    SearchStage stage;
    stage.what = ReciprocalRankFusion{};
    EXPECT_ERROR(search(stage), StatusCode::kInvalidArgument, "prefetches");
    stage.prefetch = {nearest, nearest};
    EXPECT_TRUE(search(stage).is_ok());
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    for (const float k : {0.0F, 0.5F, -1.0F, kNan}) {
        stage.what = ReciprocalRankFusion{k, {}};
        EXPECT_ERROR(search(stage), StatusCode::kInvalidArgument, "rrf.k");
    }
    for (const std::vector<float>& weights :
         {std::vector<float>{1}, {1, 2, 3}, {1, 0}, {-1, 1}, {1, kNan}}) {
        stage.what = ReciprocalRankFusion{60, weights};
        EXPECT_ERROR(search(stage), StatusCode::kInvalidArgument, "rrf.weights");
    }
    stage.what = DistributionFusion{};
    stage.prefetch[1].what = NearestStage{"none", DenseVector{1}};
    EXPECT_ERROR(search(stage), StatusCode::kInvalidArgument, "none");
    stage.prefetch[1].what = NearestStage{"dot", DenseVector{1}};
    EXPECT_ERROR(search(stage), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace temblor::testing
