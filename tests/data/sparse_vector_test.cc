#include "data/sparse_vector.h"

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "tests/data/test_files.h"

namespace temblor {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Status check(const SparseVector& vector, ValueRule rule = ValueRule::kNonNegative,
             uint64_t dim = 0) {
    return validate_sparse_vector(vector.view(), rule, dim);
}

TEST(SparseVector, AcceptsWhatIsLegal) {
    EXPECT_TRUE(check({}).is_ok());
    EXPECT_TRUE(check({{0, 7, UINT32_MAX}, {0.0F, 1.0F, 2.0F}}).is_ok());
    EXPECT_TRUE(check({{3}, {-1.0F}}, ValueRule::kFinite).is_ok());
    EXPECT_TRUE(check({{9}, {1.0F}}, ValueRule::kFinite, 10).is_ok());
}

TEST(SparseVector, ErrorsNameEntryAndField) {
    const auto code = StatusCode::kInvalidArgument;
    EXPECT_ERROR(check({{1, 5, 5}, {1, 1, 1}}), code,
                 "entry 2: component 5 after 5 (must ascend strictly)");
    EXPECT_ERROR(check({{5, 1}, {1, 1}}), code, "entry 1: component 1 after 5");
    EXPECT_ERROR(check({{1, 2}, {1, kNan}}), code, "entry 1: value is NaN", "component 2");
    EXPECT_ERROR(check({{1, 2}, {-kInfinity, 1}}), code, "entry 0: value is infinite");
    EXPECT_ERROR(check({{1, 2}, {1, -0.5F}}), code, "entry 1: value -0.5", "negative");
    EXPECT_ERROR(check({{1, 12, 13}, {1, 1, 1}}, ValueRule::kFinite, 12), code,
                 "entry 1: component 12 (must be below the dimension 12)");
    EXPECT_ERROR(check({{1, 2}, {1}}), code, "2 components but 1 values");
}

TEST(SparseVector, SortAndMergeAgreesWithAMap) {
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
        SparseVector vector;
        std::map<uint32_t, float> expected;
        for (size_t i = random() % 30; i > 0; --i) {
            const auto component = static_cast<uint32_t>(random() % 20);
            const auto value = static_cast<float>(random() % 100);  // sums stay exact
            vector.components.push_back(component);
            vector.values.push_back(value);
            expected[component] += value;
        }
        vector.sort_and_merge();
        ASSERT_EQ(vector.nnz(), expected.size());
        size_t i = 0;
        for (const auto& [component, value] : expected) {
            EXPECT_EQ(vector.components[i], component);
            EXPECT_EQ(vector.values[i], value);
            ++i;
        }
    }
}

TEST(SparseVector, InnerProductAgreesWithDenseArithmetic) {
    const SparseDataset data = testing::random_dataset(2, 60, 50);
    for (uint64_t a = 0; a < data.rows(); ++a) {
        std::vector<double> dense(50);
        for (size_t i = 0; i < data.row(a).nnz(); ++i) {
            dense[data.row(a).components[i]] = data.row(a).values[i];
        }
        for (uint64_t b = 0; b < data.rows(); ++b) {
            double expected = 0;
            for (size_t i = 0; i < data.row(b).nnz(); ++i) {
                expected += dense[data.row(b).components[i]] * data.row(b).values[i];
            }
            EXPECT_NEAR(inner_product(data.row(a), data.row(b)), expected, 1e-9);
        }
    }
}

TEST(SparseDataset, EmptyHasNoRows) {
    const SparseDataset none;
    EXPECT_EQ(none.rows(), 0U);
    EXPECT_EQ(none.nnz(), 0U);
    EXPECT_TRUE(none.validate(ValueRule::kNonNegative).is_ok());
}

TEST(SparseDataset, RowsAreSlicesOfTheArrays) {
    auto data = SparseDataset::from_arrays({0, 2, 2, 3}, {1, 4, 0}, {0.5F, 2.0F, 1.0F}, 5);
    ASSERT_TRUE(data.is_ok()) << data.status().to_string();
    EXPECT_EQ(data->rows(), 3U);
    EXPECT_EQ(data->row(0).nnz(), 2U);
    EXPECT_EQ(data->row(1).nnz(), 0U);
    EXPECT_EQ(data->row(2).components[0], 0U);
    EXPECT_EQ(data->bytes(), 4 * 8 + 3 * 4 + 3 * 4U);
    const SparseDataset copy = *data;  // shares the arrays
    EXPECT_EQ(copy.components().data(), data->components().data());
}

TEST(SparseDataset, RefusesArraysThatDoNotFit) {
    const auto code = StatusCode::kInvalidArgument;
    EXPECT_ERROR(SparseDataset::from_arrays({}, {}, {}, 1), code, "offsets: empty");
    EXPECT_ERROR(SparseDataset::from_arrays({1, 1}, {3}, {1}, 5), code, "row 0: offset 1");
    EXPECT_ERROR(SparseDataset::from_arrays({0, 2, 1}, {3}, {1}, 5), code,
                 "row 2: offset 1 after 2");
    EXPECT_ERROR(SparseDataset::from_arrays({0, 2}, {3}, {1}, 5), code, "row 1: last offset is 2");
    EXPECT_ERROR(SparseDataset::from_arrays({0, 1}, {3}, {1, 2}, 5), code, "values: 2 entries");
    EXPECT_ERROR(SparseDataset::from_arrays({0, 1, 3}, {1, 2, 9}, {1, 1, 1}, 5), code,
                 "row 1: entry 1: component 9 (must be below the dimension 5)");
    EXPECT_ERROR(SparseDataset::from_arrays({0}, {}, {}, uint64_t{1} << 33), code, "dimension");
}

TEST(SparseDataset, ValidateNamesTheRow) {
    auto data = SparseDataset::from_arrays({0, 1, 3}, {1, 2, 2}, {1, 1, 1}, 5);
    ASSERT_TRUE(data.is_ok());
    EXPECT_ERROR(data->validate(ValueRule::kFinite), StatusCode::kInvalidArgument,
                 "row 1: entry 1: component 2 after 2");
}

TEST(SparseDatasetBuilder, FindsTheDimensionAndStartsAnew) {
    SparseDatasetBuilder builder;
    const SparseVector row{{2, 9}, {1, 1}};
    builder.add(row.view());
    builder.add({});
    EXPECT_EQ(builder.rows(), 2U);
    auto data = builder.finish();
    ASSERT_TRUE(data.is_ok());
    EXPECT_EQ(data->dim(), 10U);
    EXPECT_EQ(builder.rows(), 0U);
    EXPECT_EQ(builder.finish()->rows(), 0U);
    builder.add(row.view());
    EXPECT_ERROR(builder.finish(9), StatusCode::kInvalidArgument, "row 0", "component 9");
}

}  // namespace
}  // namespace temblor
