#include "query/collection/facet.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "index/collection/collection.h"
#include "index/payload/filter_parser.h"
#include "tests/collection/collection_model.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

constexpr uint64_t kFacetSeed = 31;

using Values = std::set<FacetValue>;

bool never() { return false; }

class FacetTest : public FolderTest {
protected:
    FacetTest() {
        CollectionOptions options;
        options.memtable_points = 150;
        options.background = false;
        collection_ = Collection::create(path("c"), model_schema(), options).value();
    }

    /// A value of a payload as JSON; those that facets count go into `values`.
    std::string random_value(Values& values) {
        switch (random_.below(7)) {
            case 0:
                return "null";
            case 1:
                return "1.5";
            case 2:
                return "18446744073709551615";
            case 3: {
                const bool truth = random_.below(2) == 0;
                values.insert(truth);
                return truth ? "true" : "false";
            }
            case 4: {
                const auto number = static_cast<int64_t>(random_.below(4)) - 2;
                values.insert(number);
                return std::to_string(number);
            }
            default: {
                const std::string text(1, static_cast<char>('a' + random_.below(5)));
                values.insert(text);
                return "\"" + text + "\"";
            }
        }
    }
    /// One value, or several in an array.
    std::string random_values(Values& values) {
        if (random_.below(2) == 0) return random_value(values);
        std::string list;
        for (uint64_t i = random_.below(5); i > 0; --i)
            list += (list.empty() ? "" : ",") + random_value(values);
        return "[" + list + "]";
    }

    struct Expected {
        Values plain;   ///< of "v"
        Values nested;  ///< of "o[].v"
        uint64_t price = 0;
    };

    void write(uint64_t points) {
        for (uint64_t i = 0; i < points; ++i) {
            const uint64_t id = random_.below(400);
            Expected expected;
            expected.price = random_.below(10);
            std::string payload = fmt::format("{{\"price\":{}", expected.price);
            if (random_.below(5) > 0) payload += ",\"v\":" + random_values(expected.plain);
            payload += ",\"o\":[";
            for (uint64_t n = random_.below(3); n > 0; --n)
                payload += "{\"v\":" + random_values(expected.nested) + "},";
            payload += "{\"w\":\"a\"}]}";
            const std::vector<Point> one{{id, payload, {}}};
            ASSERT_TRUE(collection_->write(upsert_points(one)).is_ok());
            expected_[id] = expected;
        }
    }

    std::vector<Facet> counted(const char* key, const std::optional<Filter>& filter,
                               uint64_t limit) {
        const auto facets = count_facets(*collection_->version(), KeyPath::parse(key).value(),
                                         filter, limit, never);
        EXPECT_TRUE(facets.is_ok()) << facets.status().to_string();
        return facets.is_ok() ? *facets : std::vector<Facet>();
    }

    void expect_counts(const char* key, Values Expected::*of, const std::optional<Filter>& filter,
                       const std::function<bool(const Expected&)>& passes) {
        std::map<FacetValue, uint64_t> counts;
        for (const auto& [id, point] : expected_) {
            if (!passes(point)) continue;
            for (const FacetValue& value : point.*of) ++counts[value];
        }
        std::vector<std::pair<FacetValue, uint64_t>> ranked(counts.begin(), counts.end());
        std::stable_sort(ranked.begin(), ranked.end(),
                         [](const auto& a, const auto& b) { return a.second > b.second; });
        for (const size_t limit : {size_t{1000}, size_t{3}, size_t{1}}) {
            const auto facets = counted(key, filter, limit);
            ASSERT_EQ(facets.size(), std::min(limit, ranked.size()))
                << key << " seed " << kFacetSeed;
            for (size_t i = 0; i < facets.size(); ++i) {
                EXPECT_EQ(facets[i].value, ranked[i].first) << key << " " << i;
                EXPECT_EQ(facets[i].count, ranked[i].second) << key << " " << i;
            }
        }
    }

    SplitMix random_{kFacetSeed};
    std::shared_ptr<Collection> collection_;
    std::map<uint64_t, Expected> expected_;
};

TEST_F(FacetTest, CountsAreThoseOfThePoints) {
    for (int round = 0; round < 3; ++round) {
        ASSERT_NO_FATAL_FAILURE(write(200));
        const std::vector<DocumentId> gone{uint64_t{7}, uint64_t{11}, random_.below(400)};
        ASSERT_TRUE(collection_->write(delete_points(gone)).is_ok());
        for (const DocumentId& id : gone) expected_.erase(std::get<uint64_t>(id));
        if (round == 1) {
            ASSERT_TRUE(collection_->flush().is_ok());
        }
        const auto all = [](const Expected&) { return true; };
        expect_counts("v", &Expected::plain, std::nullopt, all);
        expect_counts("o[].v", &Expected::nested, std::nullopt, all);
        const Filter cheap = parse_filter(R"({"must":[{"key":"price","range":{"lt":4}}]})").value();
        const auto is_cheap = [](const Expected& point) { return point.price < 4; };
        expect_counts("v", &Expected::plain, cheap, is_cheap);
        expect_counts("o[].v", &Expected::nested, cheap, is_cheap);
    }
}

TEST_F(FacetTest, KeysThatAreNotThereHaveNoValues) {
    EXPECT_TRUE(counted("v", std::nullopt, 10).empty());
    ASSERT_NO_FATAL_FAILURE(write(50));
    EXPECT_TRUE(counted("none", std::nullopt, 10).empty());
    EXPECT_TRUE(counted("price.x", std::nullopt, 10).empty());
    EXPECT_TRUE(counted("o", std::nullopt, 10).empty());
    EXPECT_TRUE(counted("price", std::nullopt, 0).empty());
}

TEST_F(FacetTest, CountingForNobodyEnds) {
    std::vector<Point> points;
    for (uint64_t i = 0; i < 3000; ++i) points.push_back({i, "{\"v\":1}", {}});
    ASSERT_TRUE(collection_->write(upsert_points(points)).is_ok());
    EXPECT_EQ(counted("v", std::nullopt, 10).front().count, 3000U);
    EXPECT_ERROR(count_facets(*collection_->version(), KeyPath::parse("v").value(), std::nullopt,
                              10, [] { return true; }),
                 StatusCode::kCancelled);
}

}  // namespace
}  // namespace temblor::testing
