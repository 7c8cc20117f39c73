#include "index/hash/code_book.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <tuple>

#include <gtest/gtest.h>
#include <omp.h>

#include "data/dense_vector.h"
#include "tests/index/clustered_vectors.h"

namespace temblor {
namespace {

constexpr uint32_t kBookRows = 700;

/// Kind, dimensions, dimensions a subspace.
using BookCase = std::tuple<CodeKind, uint32_t, uint32_t>;

class CodeBooks : public ::testing::TestWithParam<BookCase> {
protected:
    CodeBooks() {
        omp_set_num_threads(1);  // other tests run beside these
        testing::ClusteredShape shape;
        shape.rows = kBookRows;
        shape.dim = shape_.dim;
        shape.seed = 5;
        rows_ = testing::clustered_vectors(shape);
    }
    [[nodiscard]] CodeBook train() const {
        return CodeBook::train(shape_, rows_.values(), 7).value();
    }
    [[nodiscard]] double error(std::span<const float> row, const CodeBook& book, uint32_t subspace,
                               uint32_t centroid) const {
        double sum = 0;
        for (uint32_t t = 0; t < shape_.width; ++t) {
            const uint32_t d = subspace * shape_.width + t;
            const auto value = d < shape_.dim ? static_cast<double>(row[d]) : 0;
            const double off =
                value -
                static_cast<double>(book.entries()[size_t{d} * shape_.centroids() + centroid]);
            sum += off * off;
        }
        return sum;
    }

    CodeShape shape_{std::get<0>(GetParam()), std::get<1>(GetParam()), std::get<2>(GetParam())};
    DenseDataset rows_;
};

TEST_P(CodeBooks, ErrorAlongADirectionCanWeighMore) {
    const CodeBook book = train();
    std::vector<uint8_t> nearest(shape_.subspaces());
    std::vector<uint8_t> weighed(shape_.subspaces());
    std::vector<float> decoded(shape_.dim);
    double before = 0;
    double after = 0;
    for (uint32_t r = 0; r < kBookRows; r += 7) {
        const auto row = rows_.row(r);
        std::vector<float> direction(row.begin(), row.end());
        normalize(direction);
        const auto cost = [&](std::span<const uint8_t> codes) {
            book.decode(codes, decoded);
            double squares = 0;
            double along = 0;
            for (uint32_t d = 0; d < shape_.dim; ++d) {
                const auto off = static_cast<double>(row[d] - decoded[d]);
                squares += off * off;
                along += off * static_cast<double>(direction[d]);
            }
            return squares + 4 * along * along;
        };
        book.encode(row, nearest);
        book.encode_for(row, direction, 1, weighed);
        EXPECT_NEAR(cost(weighed), cost(nearest), 1e-4 * (1 + cost(nearest))) << r;
        book.encode_for(row, direction, 5, weighed);
        EXPECT_LE(cost(weighed), cost(nearest) * (1 + 1e-5)) << r;
        before += cost(nearest);
        after += cost(weighed);
    }
    // With one dimension there is nothing across it.
    if (shape_.dim > 1) {
        EXPECT_LT(after, before);
    }
}

TEST_P(CodeBooks, EncodesAsTheNearestCentroids) {
    const CodeBook book = train();
    std::vector<uint8_t> codes(shape_.subspaces());
    for (uint32_t r = 0; r < kBookRows; r += 7) {
        const auto row = rows_.row(r);
        book.encode(row, codes);
        double length = 0;
        for (const float v : row) length += static_cast<double>(v) * static_cast<double>(v);
        for (uint32_t j = 0; j < shape_.subspaces(); ++j) {
            ASSERT_LT(codes[j], shape_.centroids());
            double least = error(row, book, j, 0);
            for (uint32_t c = 1; c < shape_.centroids(); ++c)
                least = std::min(least, error(row, book, j, c));
            ASSERT_NEAR(error(row, book, j, codes[j]), least, 1e-5 * (1 + length))
                << "row " << r << ", subspace " << j;
        }
    }
}

TEST_P(CodeBooks, WhatACodeSaysHasThatCode) {
    const CodeBook book = train();
    SplitMix random(3);
    std::vector<uint8_t> codes(shape_.subspaces());
    std::vector<uint8_t> again(shape_.subspaces());
    std::vector<float> vector(shape_.dim);
    std::vector<float> other(shape_.dim);
    for (int i = 0; i < 200; ++i) {
        for (uint8_t& code : codes) code = static_cast<uint8_t>(random.below(shape_.centroids()));
        book.decode(codes, vector);
        book.encode(vector, again);
        // Centroids may repeat: their codes differ, what they say does not.
        book.decode(again, other);
        for (uint32_t d = 0; d < shape_.dim; ++d) ASSERT_NEAR(other[d], vector[d], 2e-3) << d;
    }
}

TEST_P(CodeBooks, LearnWhatIsInTheRows) {
    const CodeBook book = train();
    std::vector<uint8_t> codes(shape_.subspaces());
    std::vector<float> decoded(shape_.dim);
    double missed = 0;
    double whole = 0;
    for (uint32_t r = 0; r < kBookRows; ++r) {
        const auto row = rows_.row(r);
        book.encode(row, codes);
        book.decode(codes, decoded);
        for (uint32_t d = 0; d < shape_.dim; ++d) {
            missed += std::pow(static_cast<double>(row[d] - decoded[d]), 2);
            whole += std::pow(static_cast<double>(row[d]), 2);
        }
    }
    EXPECT_LT(missed, 0.75 * whole);
}

TEST_P(CodeBooks, PlacesAreTakenBack) {
    const CodeBook book = train();
    const uint32_t bytes = shape_.group_bytes();
    SplitMix random(4);
    std::vector<std::vector<uint8_t>> members(CodeShape::kGroup);
    std::vector<uint8_t> group(bytes);
    for (uint32_t i = 0; i < CodeShape::kGroup; ++i) {
        members[i].resize(shape_.subspaces());
        for (uint8_t& code : members[i])
            code = static_cast<uint8_t>(random.below(shape_.centroids()));
        book.place(members[i], i, group);
    }
    std::vector<uint8_t> taken(shape_.subspaces());
    for (uint32_t i = 0; i < CodeShape::kGroup; ++i) {
        book.take(group, i, taken);
        EXPECT_EQ(taken, members[i]) << i;
    }
}

TEST_P(CodeBooks, FewRowsAreEnough) {
    for (const uint32_t n : {1U, 2U, 20U}) {
        const auto few = rows_.values().first(size_t{n} * shape_.dim);
        const auto book = CodeBook::train(shape_, few, 7);
        ASSERT_TRUE(book.is_ok()) << book.status().message();
        for (const float v : book->entries()) ASSERT_TRUE(std::isfinite(v));
        std::vector<uint8_t> codes(shape_.subspaces());
        std::vector<float> decoded(shape_.dim);
        book->encode(few.first(shape_.dim), codes);
        book->decode(codes, decoded);
        // As many centroids as rows: each is one of them.
        if (n == 1 || (n <= 16 && shape_.kind != CodeKind::kBinary)) {
            for (uint32_t d = 0; d < shape_.dim; ++d) ASSERT_NEAR(decoded[d], few[d], 2e-2) << d;
        }
    }
}

TEST_P(CodeBooks, TheSameRowsGiveTheSameBook) {
    const CodeBook first = train();
    const CodeBook second = train();
    EXPECT_TRUE(std::equal(first.entries().begin(), first.entries().end(), second.entries().begin(),
                           second.entries().end()));
}

std::string book_name(const ::testing::TestParamInfo<BookCase>& info) {
    return std::string(code_kind_name(std::get<0>(info.param))) + "_" +
           std::to_string(std::get<1>(info.param)) + "_by_" +
           std::to_string(std::get<2>(info.param));
}
INSTANTIATE_TEST_SUITE_P(
    Shapes, CodeBooks,
    ::testing::Values(BookCase{CodeKind::kProduct4, 24, 4}, BookCase{CodeKind::kProduct4, 37, 4},
                      BookCase{CodeKind::kProduct4, 7, 3}, BookCase{CodeKind::kProduct4, 1, 64},
                      BookCase{CodeKind::kProduct8, 24, 8}, BookCase{CodeKind::kProduct8, 13, 8},
                      BookCase{CodeKind::kBinary, 24, 4}, BookCase{CodeKind::kBinary, 39, 4}),
    book_name);

TEST(BinaryCodeBook, HasTwoLevelsADimensionAroundItsMean) {
    testing::ClusteredShape data;
    data.rows = 500;
    data.dim = 10;
    const DenseDataset rows = testing::clustered_vectors(data);
    const CodeShape shape{CodeKind::kBinary, 10, 4};
    const CodeBook book = CodeBook::train(shape, rows.values(), 1).value();
    std::vector<uint8_t> codes(shape.subspaces());
    for (uint32_t d = 0; d < 10; ++d) {
        double mean = 0;
        for (uint64_t r = 0; r < rows.rows(); ++r) mean += static_cast<double>(rows.row(r)[d]);
        mean /= static_cast<double>(rows.rows());
        const auto levels = book.entries().subspan(size_t{d} * 16, 16);
        const std::set<float> distinct(levels.begin(), levels.end());
        ASSERT_EQ(distinct.size(), 2U);
        EXPECT_LT(static_cast<double>(*distinct.begin()), mean);
        EXPECT_GT(static_cast<double>(*distinct.rbegin()), mean);
        for (uint32_t c = 0; c < 16; ++c)
            EXPECT_EQ(levels[c], (c >> (d % 4) & 1) != 0 ? *distinct.rbegin() : *distinct.begin());
    }
    // A bit a dimension: 0 and 1 on the two sides.
    book.encode(rows.row(0), codes);
    for (uint32_t d = 0; d < 10; ++d) {
        const auto level = book.entries().subspan(size_t{d} * 16, 16);
        const double middle = (static_cast<double>(level[0]) + static_cast<double>(level[15])) / 2;
        EXPECT_EQ(codes[d / 4] >> (d % 4) & 1,
                  static_cast<double>(rows.row(0)[d]) > middle ? 1 : 0);
    }
}

}  // namespace
}  // namespace temblor
