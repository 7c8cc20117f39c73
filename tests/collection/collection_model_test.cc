#include "tests/collection/collection_model.h"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "index/collection/collection.h"
#include "index/collection/payload_edit.h"
#include "index/payload/filter_parser.h"
#include "tests/data/test_files.h"
#include "tests/sanitized.h"

namespace temblor::testing {
namespace {

/// TEMBLOR_MODEL_OPERATIONS and TEMBLOR_SEED run it longer or again.
class CollectionModelTest : public FolderTest {
protected:
    static constexpr uint64_t kPool = 400;

    CollectionOptions options() {
        CollectionOptions o;
        o.memtable_points = static_cast<uint32_t>(20 + random_.below(300));
        o.merge_factor = static_cast<uint32_t>(2 + random_.below(3));
        o.waiting_memtables = 1 + static_cast<uint32_t>(random_.below(2));
        o.background = random_.below(4) > 0;
        o.fewest_indexed_rows = 1 + random_.below(100);
        o.database.write_buffer_bytes = 256 << 10;
        return o;
    }
    void open() {
        collection_.reset();
        auto opened = Collection::open(path("c"), options());
        ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
        collection_ = *opened;
    }

    PointTarget random_target(std::vector<DocumentId>& ids) {
        if (random_.below(8) == 0) {
            return parse_filter(random_filter(random_, kPool)).value();
        }
        ids.clear();
        for (uint64_t i = 1 + random_.below(4); i > 0; --i)
            ids.push_back(random_id(random_, kPool));
        return ids;
    }

    /// The collection took the operation exactly when the model did.
    void expect_taken(const Result<WriteReceipt>& result, bool taken) {
        if (taken) {
            ASSERT_TRUE(result.is_ok()) << result.status().to_string();
        } else {
            ASSERT_EQ(result.status().code(), StatusCode::kNotFound);
        }
    }

    void step() {
        std::vector<DocumentId> ids;
        const uint64_t kind = random_.below(100);
        if (kind < 60) {
            std::vector<Point> points;
            for (uint64_t i = 1 + random_.below(kind < 5 ? 60 : 6); i > 0; --i)
                points.push_back(random_model_point(random_, kPool));
            ASSERT_NO_FATAL_FAILURE(expect_taken(collection_->write(upsert_points(points)), true));
            model_.upsert(points);
        } else if (kind < 75) {
            const PointTarget target = random_target(ids);
            expect_taken(collection_->write(delete_points(target)), true);
            model_.erase(target);
        } else if (kind < 88) {
            // Edits by filter change points in the order of the collection's parts, which a model
            // without parts does not know: ordinals, and so ties, would differ.
            PointTarget target = random_target(ids);
            if (std::holds_alternative<Filter>(target))
                target = std::vector{random_id(random_, kPool)};
            const std::string update = random_payload(random_);
            if (kind < 82) {
                const bool taken = model_.edit(target, [&](Point& p) {
                    p.payload = merge_payload(p.payload, update, "").value();
                });
                expect_taken(collection_->write(set_payload(target, update, "")), taken);
            } else if (kind < 85) {
                const bool taken = model_.edit(target, [&](Point& p) { p.payload = update; });
                expect_taken(collection_->write(overwrite_payload(target, update)), taken);
            } else if (kind < 87) {
                const bool taken = model_.edit(target, [&](Point& p) {
                    p.payload = erase_payload_keys(p.payload, {"city", "note"}).value();
                });
                expect_taken(collection_->write(delete_payload_keys(target, {"city", "note"})),
                             taken);
            } else {
                const bool taken = model_.edit(target, [&](Point& p) {
                    std::erase_if(p.vectors, [](const NamedVector& v) { return v.name == "text"; });
                });
                expect_taken(collection_->write(delete_vectors(target, {"text"})), taken);
            }
        } else if (kind < 95) {
            std::vector<Point> points{random_model_point(random_, kPool),
                                      random_model_point(random_, kPool)};
            const bool taken = model_.update_vectors(points);
            expect_taken(collection_->write(update_vectors(points)), taken);
        } else if (kind < 96) {
            ASSERT_TRUE(collection_->flush().is_ok());
        } else if (kind < 97 && random_.below(4) == 0) {
            ASSERT_TRUE(collection_->optimize().is_ok());
        } else if (kind < 97 && random_.below(4) == 0) {
            ASSERT_TRUE(collection_->compact(no_progress()).is_ok());
            const CollectionStats stats = collection_->stats();
            EXPECT_LE(stats.segments, 1U);
            EXPECT_EQ(stats.memtable_points, 0U);
            EXPECT_EQ(stats.dead_rows, 0U);
        } else if (kind < 98 && random_.below(10) == 0) {
            ASSERT_NO_FATAL_FAILURE(open());
        } else if (random_.below(20) == 0) {
            if (random_.below(2) == 0) {
                ASSERT_TRUE(
                    collection_->create_payload_index("tags[]", PayloadType::kKeyword).is_ok());
            } else {
                (void)collection_->drop_payload_index("tags[]");
            }
        }
    }

    uint64_t seed_ = from_environment("TEMBLOR_SEED", 1);
    SplitMix random_{seed_};
    CollectionModel model_;
    std::shared_ptr<Collection> collection_;
};

TEST_F(CollectionModelTest, EveryAnswerIsTheModels) {
    const uint64_t operations =
        from_environment("TEMBLOR_MODEL_OPERATIONS", all_or_some(20'000, 5000));
    std::printf("TEMBLOR_SEED=%llu, %llu operations\n", static_cast<unsigned long long>(seed_),
                static_cast<unsigned long long>(operations));
    ASSERT_TRUE(Collection::create(path("c"), model_schema(), options()).is_ok());
    ASSERT_NO_FATAL_FAILURE(open());
    for (uint64_t i = 0; i < operations; ++i) {
        SCOPED_TRACE("operation " + std::to_string(i));
        ASSERT_NO_FATAL_FAILURE(step());
        if (i % 100 == 99) {
            ASSERT_NO_FATAL_FAILURE(model_.expect_same(*collection_->version(), random_, kPool));
        }
    }
    ASSERT_TRUE(collection_->optimize().is_ok());
    ASSERT_NO_FATAL_FAILURE(model_.expect_same(*collection_->version(), random_, kPool));
    std::vector<std::string> findings;
    ASSERT_TRUE(collection_->check(no_progress(), findings).is_ok());
    EXPECT_EQ(findings, std::vector<std::string>());
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_NO_FATAL_FAILURE(model_.expect_same(*collection_->version(), random_, kPool));
}

}  // namespace
}  // namespace temblor::testing
