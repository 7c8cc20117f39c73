#include "tests/crash/scripted_writes.h"

#include <gtest/gtest.h>

#include "index/collection/point_codec.h"
#include "query/collection/collection_reader.h"

namespace temblor::testing {
namespace {

struct Script {
    bool erases = false;
    std::vector<Point> points;
    std::vector<DocumentId> ids;
};

Script script(uint64_t seed, uint64_t number) {
    SplitMix random(seed * 1'000'003 + number);
    Script out;
    out.erases = random.below(5) == 0;
    for (uint64_t i = 1 + random.below(8); i > 0; --i) {
        if (out.erases) {
            out.ids.push_back(random_id(random, kScriptPool));
        } else {
            out.points.push_back(random_model_point(random, kScriptPool));
        }
    }
    return out;
}

/// Ids and payloads of all points, in order.
std::vector<std::string> contents(const CollectionModel& model) {
    std::vector<std::string> out;
    for (const auto& [key, held] : model.points()) out.push_back(key + held.point.payload);
    return out;
}
std::vector<std::string> contents(const Version& version) {
    std::vector<std::string> out;
    const auto page = scroll_points(version, {}, 1'000'000, {});
    EXPECT_TRUE(page.is_ok()) << page.status().to_string();
    if (!page.is_ok()) return out;
    for (const ReadPoint& p : page->points) out.push_back(encode_id(p.point.id) + p.point.payload);
    return out;
}

}  // namespace

CollectionOptions script_options() {
    CollectionOptions options;
    options.memtable_points = 60;
    options.merge_factor = 2;
    options.fewest_indexed_rows = kScriptIndexedRows;
    options.reserve_bytes = 0;
    options.database.write_buffer_bytes = 64 << 10;
    return options;
}

Result<WriteReceipt> run_scripted(Collection& collection, uint64_t seed, uint64_t number) {
    Script s = script(seed, number);
    return collection.write(s.erases ? delete_points(std::move(s.ids))
                                     : upsert_points(std::move(s.points)));
}

void run_scripted(CollectionModel& model, uint64_t seed, uint64_t number) {
    const Script s = script(seed, number);
    if (s.erases) {
        model.erase(s.ids);
    } else {
        model.upsert(s.points);
    }
}

uint64_t expect_scripted(Collection& collection, uint64_t seed, uint64_t acknowledged,
                         bool one_in_flight) {
    CollectionModel model;
    for (uint64_t n = 0; n < acknowledged; ++n) run_scripted(model, seed, n);
    uint64_t held = acknowledged;
    const std::shared_ptr<const Version> version = collection.version();
    const std::vector<std::string> found = contents(*version);
    if (found != contents(model) && one_in_flight) {
        run_scripted(model, seed, held);
        ++held;
    }
    EXPECT_EQ(found, contents(model)) << "after " << acknowledged << " acknowledged writes";
    // Ordinals may have gaps where writes failed, so ties are left to the other tests: what is
    // compared is which points there are, with all they hold.
    model.expect_same_points(*version, 97);
    std::vector<std::string> findings;
    const Status checked = collection.check(no_progress(), findings);
    EXPECT_TRUE(checked.is_ok()) << checked.to_string();
    EXPECT_EQ(findings, std::vector<std::string>());
    // Exact search finds each point that has a vector, once.
    CollectionQuery query;
    query.vector = "text";
    SparseVector all;
    for (uint32_t c = 0; c < 64; ++c) {
        all.components.push_back(c);
        all.values.push_back(1);
    }
    query.query = all;
    query.parameters.k = 1'000'000;
    query.parameters.exact = true;
    CollectionScratch scratch;
    CollectionResult result;
    const Status searched = search_collection(*version, query, scratch, result);
    EXPECT_TRUE(searched.is_ok()) << searched.to_string();
    EXPECT_EQ(result.hits.size(), model.search(query).size());
    return held;
}

}  // namespace temblor::testing
