#include "compress/model/torch/row_maxima.h"

#include <ATen/ops/amax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

namespace temblor {
namespace {

TEST(RowMaximaTest, EqualsTheReductionOfLibtorch) {
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kHalf}) {
        for (const int64_t columns : {1, 7, 32, 65, 300}) {
            for (const double shift : {-9.0, 0.0, 9.0}) {  // all negative, both, all positive
                const at::Tensor scores = at::randn({11, columns}).add_(shift).to(type);
                const int64_t begin = columns / 3;
                const int64_t count = columns - begin;
                const at::Tensor out = at::empty({11}, scores.options());
                row_maxima(scores, begin, count, out);
                EXPECT_TRUE(at::equal(out, at::amax(scores.narrow(1, begin, count), {1})))
                    << columns << " columns, shift " << shift;
            }
        }
    }
}

}  // namespace
}  // namespace temblor
