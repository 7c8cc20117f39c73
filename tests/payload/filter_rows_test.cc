#include "index/payload/filter_rows.h"

#include <array>

#include "index/payload/filter_match.h"
#include "tests/payload/memory_payloads.h"
#include "tests/payload/random_filters.h"

namespace temblor {
namespace {

constexpr std::array kTypes = {PayloadType::kKeyword, PayloadType::kInteger, PayloadType::kFloat,
                               PayloadType::kBool, PayloadType::kDatetime};
constexpr std::array kKeys = {"a",     "b",         "c",     "\"d.e\"", "a.b",   "a[].b", "b[]",
                              "a[].a", "a[].b[].c", "b[].a", "c[0]",    "a.b.c", "b[].b"};

void fill(MemoryPayloads& payloads, RandomFilters& random, uint32_t rows) {
    for (uint32_t row = 0; row < rows; ++row) {
        DocumentId id = uint64_t{row};
        if (row % 3 == 0) id = "id " + std::to_string(row);
        payloads.add(std::move(id), random.payload());
    }
}

void expect_as_brute_force(const MemoryPayloads& payloads, const std::string& json,
                           RandomFilters& random) {
    const auto filter = parse_filter(json);
    ASSERT_TRUE(filter.is_ok()) << json << ": " << filter.status().to_string();
    const RowBitmap expected = payloads.brute_force(*filter);
    const auto found = filter_rows(*filter, payloads, nullptr);
    ASSERT_TRUE(found.is_ok()) << json << ": " << found.status().to_string();
    ASSERT_EQ(rows_of(found->rows), rows_of(expected)) << json;

    RowBitmap candidates;
    for (uint64_t row = random.below(7); row < payloads.rows() + 9; row += 1 + random.below(4)) {
        candidates.add(static_cast<uint32_t>(row));
    }
    const auto among = filter_rows(*filter, payloads, &candidates);
    ASSERT_TRUE(among.is_ok()) << json << ": " << among.status().to_string();
    ASSERT_EQ(rows_of(among->rows), rows_of(expected & candidates)) << json;
    ASSERT_LE(among->payloads_read, found->payloads_read) << json;
}

TEST(FilterRows, IndexesOfEveryTypeGiveWhatMatchingGives) {
    const uint64_t seed = 20240501;
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomFilters random(seed);
    uint64_t taken = 0;
    for (int round = 0; round < 24; ++round) {
        MemoryPayloads payloads;
        fill(payloads, random, 300);
        // The first round has no index at all.
        for (const char* key : kKeys) {
            if (round == 0 || random.below(5) == 0) continue;
            payloads.add_index(key, kTypes[random.below(kTypes.size())]);
        }
        for (int f = 0; f < 120; ++f) {
            const std::string json = random.filter(random.below(4));
            SCOPED_TRACE("round " + std::to_string(round));
            expect_as_brute_force(payloads, json, random);
            if (HasFatalFailure()) return;
            taken += payloads.brute_force(filter_of(json)).cardinality();
        }
    }
    // The filters take neither everything nor nothing.
    EXPECT_GT(taken, uint64_t{24} * 120 * 300 / 10);
    EXPECT_LT(taken, uint64_t{24} * 120 * 300 * 9 / 10);
}

/// Every single test against every type of index: nothing can hide behind other conditions.
TEST(FilterRows, EachConditionAgreesWithEachIndex) {
    const uint64_t seed = 7;
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomFilters random(seed);
    MemoryPayloads payloads;
    fill(payloads, random, 400);
    for (int round = 0; round < 400; ++round) {
        const std::string json = random.filter(0);
        const Filter filter = filter_of(json);
        for (const Condition& condition : filter.must) {
            const auto* field = std::get_if<FieldCondition>(&condition.what);
            if (field == nullptr) continue;
            Filter alone;
            alone.must.push_back(condition);
            const RowBitmap expected = payloads.brute_force(alone);
            for (const PayloadType type : kTypes) {
                SCOPED_TRACE(std::string(payload_type_name(type)) + " " + to_json(alone));
                const auto index = open_index(payloads.index_bytes(field->key.text(), type));
                ASSERT_TRUE(index.is_ok()) << index.status().to_string();
                const auto answer = index->rows(condition);
                const auto estimate = index->estimate(condition);
                ASSERT_EQ(answer.has_value(), estimate.has_value());
                if (!answer) continue;
                EXPECT_TRUE(answer->certain.isSubset(expected));
                EXPECT_TRUE(expected.isSubset(answer->certain | answer->uncertain));
                EXPECT_TRUE((answer->certain & answer->uncertain).isEmpty());
                EXPECT_LE((answer->certain | answer->uncertain).cardinality(), *estimate);
            }
        }
    }
}

MemoryPayloads& typed_payloads() {
    static MemoryPayloads payloads;
    if (payloads.rows() != 0) return payloads;
    for (uint64_t row = 0; row < 3000; ++row) {
        std::string json = R"({"color":")" + std::string(row % 3 == 0 ? "red" : "blue") +
                           R"(","n":)" + std::to_string(row) + R"(,"x":)" + std::to_string(row) +
                           R"(.5,"on":)" + (row % 2 == 0 ? "true" : "false") +
                           R"(,"at":"2024-01-01T00:)" + std::to_string(10 + row / 60 % 50) + ":" +
                           std::to_string(10 + row % 50) + R"(Z","items":[{"p":)" +
                           std::to_string(row) + "}]}";
        payloads.add(row, std::move(json));
    }
    payloads.add_index("color", PayloadType::kKeyword);
    payloads.add_index("n", PayloadType::kInteger);
    payloads.add_index("x", PayloadType::kFloat);
    payloads.add_index("on", PayloadType::kBool);
    payloads.add_index("at", PayloadType::kDatetime);
    payloads.add_index("items[].p", PayloadType::kInteger);
    return payloads;
}

uint64_t payloads_read(std::string_view json) {
    const Filter filter = filter_of(json);
    const auto found = filter_rows(filter, typed_payloads(), nullptr);
    EXPECT_TRUE(found.is_ok());
    EXPECT_EQ(rows_of(found->rows), rows_of(typed_payloads().brute_force(filter))) << json;
    return found->payloads_read;
}

TEST(FilterRows, IndexedConditionsReadNoPayload) {
    for (const char* json : {
             R"({})",
             R"({"must":{"key":"color","match":{"value":"red"}}})",
             R"({"must":{"key":"color","match":{"except":["red","green"]}}})",
             R"({"must":{"key":"color","match":{"text":"RED"}}})",
             R"({"must_not":{"key":"n","match":{"any":[5,7,"x"]}}})",
             R"({"must":{"key":"n","range":{"gte":10,"lt":1000.5}}})",
             R"({"must":{"key":"x","range":{"gt":10.5}}})",
             R"({"must":{"key":"on","match":{"value":true}}})",
             R"({"must":{"key":"at","range":{"lt":"2024-01-01T00:20:00Z"}}})",
             R"({"should":[{"is_empty":{"key":"n"}},{"is_null":{"key":"color"}}]})",
             R"({"must":{"key":"n","values_count":{"gte":1}}})",
             R"({"must":{"has_id":[5,70000,"x"]}})",
             R"({"min_should":{"min_count":2,"conditions":[{"key":"on","match":{"value":true}},
                {"key":"color","match":{"value":"red"}},{"key":"n","range":{"lt":100}}]}})",
         }) {
        EXPECT_EQ(payloads_read(json), 0U) << json;
    }
}

TEST(FilterRows, PayloadsAreReadOnlyOfRowsThatIndexesLeaveOpen) {
    // Whatever the order of the conditions.
    EXPECT_EQ(payloads_read(R"({"must":[{"key":"color.z","match":{"value":1}},
                                        {"key":"n","range":{"gte":10,"lt":20}}]})"),
              10U);
    EXPECT_EQ(payloads_read(R"({"should":[{"key":"q","match":{"value":1}},
                                          {"key":"n","range":{"gte":10}}]})"),
              10U);
    EXPECT_EQ(payloads_read(R"({"must":[{"must_not":{"key":"q","match":{"value":1}}},
                                        {"has_id":[1,2,3]}]})"),
              3U);
    // Written as an integer or not: only the payload tells.
    EXPECT_EQ(payloads_read(R"({"must":{"key":"x","match":{"value":7}}})"), 0U);
    EXPECT_EQ(payloads_read(R"({"must":{"nested":{"key":"items","filter":
                               {"must":{"key":"p","range":{"gte":10,"lt":15}}}}}})"),
              5U);
    // Walking the rows of a long range would cost more than one payload.
    EXPECT_EQ(payloads_read(R"({"must":[{"has_id":[7]},{"key":"n","range":{"gte":1}}]})"), 1U);
}

TEST(FilterRows, ADamagedPayloadIsNamed) {
    MemoryPayloads payloads;
    payloads.add(uint64_t{0}, "{}");
    payloads.add(uint64_t{1}, "{\"a\":");
    const auto found =
        filter_rows(filter_of(R"({"must":{"is_null":{"key":"a"}}})"), payloads, nullptr);
    ASSERT_FALSE(found.is_ok());
    EXPECT_EQ(found.status().code(), StatusCode::kCorruption);
    EXPECT_NE(found.status().message().find("row 1: payload"), std::string::npos)
        << found.status().message();
}

TEST(FilterRows, AnIndexOfAnotherNumberOfRowsIsPassedOver) {
    MemoryPayloads payloads;
    for (uint64_t row = 0; row < 5; ++row) payloads.add(row, R"({"a":1})");
    payloads.add_index("a", PayloadType::kInteger);
    payloads.add(uint64_t{5}, R"({"a":1})");
    const auto found =
        filter_rows(filter_of(R"({"must":{"key":"a","match":{"value":1}}})"), payloads, nullptr);
    ASSERT_TRUE(found.is_ok());
    EXPECT_EQ(found->rows.cardinality(), 6U);
}

}  // namespace
}  // namespace temblor
