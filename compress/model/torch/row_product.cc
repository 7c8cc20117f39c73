#include "compress/model/torch/row_product.h"

#include <algorithm>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include "compress/model/matrix_vector.h"

namespace temblor {
namespace {

/// Weights that one thread should at least have.
constexpr int64_t kLeastWeights = 1 << 15;

/// Whether one row meets a matrix that the loop of matrix_vector.h takes.
bool is_vector(const at::Tensor& input, const at::Tensor& weight) {
    return input.size(0) == 1 && weight.device().is_cpu() && weight.is_contiguous() &&
           (weight.scalar_type() == at::kFloat || weight.scalar_type() == at::kBFloat16 ||
            weight.scalar_type() == at::kChar);
}

/// [1, out] float32, without the bias.
at::Tensor vector_product(const at::Tensor& input, const Linear& linear) {
    const at::Tensor& weight = linear.weight();
    const at::Tensor values = input.to(at::kFloat).contiguous();
    const int64_t rows = weight.size(0);
    const int64_t columns = weight.size(1);
    at::Tensor out = at::empty({1, rows}, values.options());
    const auto* vector = values.data_ptr<float>();
    auto* sums = out.data_ptr<float>();
    const void* matrix = weight.data_ptr();
    const at::ScalarType type = weight.scalar_type();
    at::parallel_for(0, rows, std::max<int64_t>(1, kLeastWeights / std::max<int64_t>(columns, 1)),
                     [&](int64_t begin, int64_t end) {
                         const auto count = static_cast<size_t>(end - begin);
                         const auto width = static_cast<size_t>(columns);
                         const int64_t first = begin * columns;
                         if (type == at::kFloat) {
                             multiply_matrix_vector(static_cast<const float*>(matrix) + first,
                                                    count, width, vector, sums + begin);
                         } else if (type == at::kChar) {
                             multiply_matrix_vector(static_cast<const int8_t*>(matrix) + first,
                                                    count, width, vector, sums + begin);
                         } else {
                             multiply_matrix_vector(static_cast<const uint16_t*>(matrix) + first,
                                                    count, width, vector, sums + begin);
                         }
                     });
    return linear.scales().defined() ? out.mul_(linear.scales()) : out;
}

}  // namespace

at::Tensor row_product(const at::Tensor& input, const Linear& linear) {
    if (!is_vector(input, linear.weight())) return linear(input);
    at::Tensor out = vector_product(input, linear);
    if (linear.bias().defined()) out.add_(linear.bias());
    return out.to(input.scalar_type());
}

void add_product(at::Tensor& sum, const at::Tensor& input, const Linear& linear) {
    if (is_vector(input, linear.weight())) {
        sum.add_(vector_product(input, linear));
    } else if (linear.scales().defined()) {
        sum.add_(linear(input));
        return;
    } else {
        sum.addmm_(input, linear.weight().t());
    }
    if (linear.bias().defined()) sum.add_(linear.bias());
}

}  // namespace temblor
