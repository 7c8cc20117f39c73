#include "index/payload/payload_index.h"
#include "tests/payload/memory_payloads.h"
#include "tests/payload/random_filters.h"

namespace temblor {
namespace {

constexpr uint32_t kRows = 300;

std::vector<Condition> conditions_of_a() {
    std::vector<Condition> conditions;
    for (const char* json :
         {R"({"key":"a","match":{"any":["red","",1,7,true]}})",
          R"({"key":"a","match":{"except":["red","2024-05-01",1,7]}})",
          R"({"key":"a","match":{"text":"red"}})", R"({"key":"a","range":{"gte":1,"lt":1e300}})",
          R"({"key":"a","range":{"gte":"2024-05-01"}})", R"({"is_empty":{"key":"a"}})",
          R"({"is_null":{"key":"a"}})", R"({"key":"a","values_count":{"gte":1}})"}) {
        conditions.push_back(filter_of(R"({"must":)" + std::string(json) + "}").must.at(0));
    }
    return conditions;
}

/// Asks everything; every row that comes out must be one.
void use(const PayloadIndex& index, const std::vector<Condition>& conditions) {
    for (const Condition& condition : conditions) {
        (void)index.estimate(condition);
        const auto answer = index.rows(condition);
        if (!answer) continue;
        for (const RowBitmap& rows : {answer->certain, answer->uncertain}) {
            if (rows.isEmpty()) continue;
            ASSERT_LT(rows.maximum(), index.rows());
        }
    }
}

class PayloadIndexDamage : public ::testing::TestWithParam<PayloadType> {
protected:
    void SetUp() override {
        RandomFilters random(9);
        MemoryPayloads payloads;
        for (uint32_t row = 0; row < kRows; ++row) payloads.add(uint64_t{row}, random.payload());
        good_ = payloads.index_bytes("a", GetParam());
    }
    std::vector<std::byte> good_;
};

TEST_P(PayloadIndexDamage, TruncationIsRefused) {
    for (size_t size = 0; size < good_.size(); size += 1 + size / 50) {
        const auto index =
            open_index({good_.begin(), good_.begin() + static_cast<ptrdiff_t>(size)});
        ASSERT_FALSE(index.is_ok()) << size;
        EXPECT_EQ(index.status().code(), StatusCode::kCorruption);
    }
}

TEST_P(PayloadIndexDamage, FlippedBitsNeverCrash) {
    const uint64_t seed = 31;
    SCOPED_TRACE("seed " + std::to_string(seed));
    SplitMix random(seed);
    const auto conditions = conditions_of_a();
    int found = 0;
    constexpr int kRounds = 1500;
    for (int round = 0; round < kRounds; ++round) {
        std::vector<std::byte> bytes = good_;
        for (uint64_t flips = 1 + random.below(3); flips > 0; --flips) {
            // A third of the hits fall on header and tables, where they do the most.
            const uint64_t range = round % 3 == 0 ? 120 : bytes.size();
            bytes[random.below(range)] ^= static_cast<std::byte>(1U << random.below(8));
        }
        const auto index = open_index(bytes);
        if (!index.is_ok() || !index->validate().is_ok()) ++found;
        if (!index.is_ok()) continue;
        use(*index, conditions);
        if (HasFatalFailure()) return;
    }
    // Only changed values and rows that stay in order pass.
    EXPECT_GT(found, kRounds / 3);
}

INSTANTIATE_TEST_SUITE_P(EveryType, PayloadIndexDamage,
                         ::testing::Values(PayloadType::kKeyword, PayloadType::kInteger,
                                           PayloadType::kFloat, PayloadType::kBool,
                                           PayloadType::kDatetime),
                         [](const auto& type) {
                             return std::string(payload_type_name(type.param));
                         });

}  // namespace
}  // namespace temblor
