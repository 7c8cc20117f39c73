#include "index/component_map.h"

#include <gtest/gtest.h>

#include "tests/data/test_files.h"
#include "tests/index/synthetic.h"

namespace temblor {
namespace {

TEST(ComponentMap, IsTheIdentityUpToItsLimit) {
    const auto map = ComponentMap::open(65'536, {});
    ASSERT_TRUE(map.is_ok());
    EXPECT_EQ(map->size(), 65'536U);
    EXPECT_EQ(map->internal(65'535), 65'535U);
    EXPECT_EQ(map->internal(65'536), std::nullopt);
    EXPECT_EQ(map->internal(UINT32_MAX), std::nullopt);
    EXPECT_EQ(map->original(77), 77U);
    EXPECT_ERROR(ComponentMap::open(65'537, {}), StatusCode::kCorruption, "section components");
}

TEST(ComponentMap, RanksComponentsOfAnySize) {
    const std::vector<uint32_t> stored{0, 5, 70'000, 1U << 31, UINT32_MAX - 1, UINT32_MAX};
    const auto map = ComponentMap::open(uint64_t{1} << 32, stored);
    ASSERT_TRUE(map.is_ok());
    ASSERT_EQ(map->size(), stored.size());
    EXPECT_TRUE(map->validate().is_ok());
    for (uint32_t i = 0; i < stored.size(); ++i) {
        EXPECT_EQ(map->internal(stored[i]), i);
        EXPECT_EQ(map->original(i), stored[i]);
    }
    for (const uint32_t absent : {1U, 4U, 6U, 69'999U, 70'001U, (1U << 31) + 1, UINT32_MAX - 2})
        EXPECT_EQ(map->internal(absent), std::nullopt);
}

TEST(ComponentMap, StoredComponentsMustAscend) {
    for (const std::vector<uint32_t>& stored :
         {std::vector<uint32_t>{1, 1}, std::vector<uint32_t>{3, 2},
          std::vector<uint32_t>{0, 9, 4}}) {
        const auto map = ComponentMap::open(100'000, stored);
        ASSERT_TRUE(map.is_ok());
        EXPECT_ERROR(map->validate(), StatusCode::kCorruption, "section components", "ascend");
    }
}

TEST(OccurringComponents, AreAllAndAscend) {
    EXPECT_TRUE(occurring_components(SparseDataset()).empty());
    const SparseDataset dataset = testing::dataset_of(
        {{{3, 64, UINT32_MAX}, {1, 1, 1}}, {{}, {}}, {{0, 63, 64, 4'000'000'000}, {1, 1, 1, 1}}},
        uint64_t{1} << 32);
    EXPECT_EQ(occurring_components(dataset),
              (std::vector<uint32_t>{0, 3, 63, 64, 4'000'000'000, UINT32_MAX}));
}

}  // namespace
}  // namespace temblor
