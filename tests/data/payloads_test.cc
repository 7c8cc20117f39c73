#include "data/payloads.h"

#include <cstring>
#include <random>

#include "tests/data/test_files.h"

namespace temblor {
namespace {

std::string payload_of(uint64_t row) {
    std::string json = "{\"row\":" + std::to_string(row) + ",\"text\":\"";
    json.append(row % 300, 'x');
    return json + "\"}";
}

Payloads made(uint64_t rows) {
    PayloadsBuilder builder;
    for (uint64_t row = 0; row < rows; ++row) builder.add(payload_of(row));
    EXPECT_EQ(builder.count(), rows);
    auto payloads = builder.finish();
    EXPECT_TRUE(payloads.is_ok()) << payloads.status().to_string();
    EXPECT_EQ(builder.count(), 0U);
    return std::move(payloads).value();
}

Result<Payloads> reopened_payloads(std::vector<std::byte> bytes) {
    auto kept = std::make_shared<std::vector<std::byte>>(std::move(bytes));
    return Payloads::from_bytes(kept, *kept);
}

std::vector<std::byte> copy(std::span<const std::byte> bytes) {
    return {bytes.begin(), bytes.end()};
}

TEST(Payloads, EveryRowComesBack) {
    for (const uint64_t rows : {1, 63, 64, 65, 128, 1000}) {
        const Payloads payloads = made(rows);
        const auto again = reopened_payloads(copy(payloads.bytes()));
        ASSERT_TRUE(again.is_ok()) << again.status().to_string();
        ASSERT_EQ(again->count(), rows);
        EXPECT_TRUE(again->validate().is_ok());
        for (uint64_t row = 0; row < rows; ++row) {
            const auto json = again->json(row);
            ASSERT_TRUE(json.is_ok()) << json.status().to_string();
            EXPECT_EQ(*json, payload_of(row));
        }
        EXPECT_ERROR(again->json(rows), StatusCode::kNotFound, "payload of row");
    }
}

TEST(Payloads, NoneTakeNoBytes) {
    const Payloads none = made(0);
    EXPECT_TRUE(none.empty());
    EXPECT_TRUE(none.bytes().empty());
    EXPECT_TRUE(reopened_payloads({})->empty());
    EXPECT_ERROR(none.json(0), StatusCode::kNotFound, "row 0");
}

TEST(Payloads, CutShortIsCorruption) {
    const std::vector<std::byte> good = copy(made(130).bytes());
    for (size_t size = 1; size < good.size(); size += 7) {
        EXPECT_ERROR(reopened_payloads({good.begin(), good.begin() + static_cast<ptrdiff_t>(size)}),
                     StatusCode::kCorruption, "payloads");
    }
}

TEST(Payloads, HostileBytesNeverCrash) {
    std::mt19937_64 random(5);
    const std::vector<std::byte> good = copy(made(130).bytes());
    int refused = 0;
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::byte> bytes = good;
        // Half of the hits fall on the table, where they do the most.
        const size_t range = round % 2 == 0 ? 40 : bytes.size();
        bytes[random() % range] = static_cast<std::byte>(random());
        const auto opened = reopened_payloads(bytes);
        if (!opened.is_ok() || !opened->validate().is_ok()) ++refused;
        if (!opened.is_ok()) continue;
        for (const uint64_t row : {0, 64, 129}) {
            const auto json = opened->json(row);
            EXPECT_NE(json.status().code(), StatusCode::kInternal);
        }
    }
    EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace temblor
