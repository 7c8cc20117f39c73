#include "compress/model/torch/row_product.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/addmv.h>
#include <ATen/ops/mv.h>

namespace temblor {
namespace {

bool is_vector(const at::Tensor& input) { return input.size(0) == 1 && input.device().is_cpu(); }

}  // namespace

at::Tensor row_product(const at::Tensor& input, const Linear& linear) {
    if (!is_vector(input)) return linear(input);
    const at::Tensor out = linear.bias().defined()
                               ? at::addmv(linear.bias(), linear.weight(), input.squeeze(0))
                               : at::mv(linear.weight(), input.squeeze(0));
    return out.unsqueeze(0);
}

void add_product(at::Tensor& sum, const at::Tensor& input, const Linear& linear) {
    if (is_vector(input)) {
        at::Tensor row = sum.squeeze(0);
        row.addmv_(linear.weight(), input.squeeze(0));
    } else {
        sum.addmm_(input, linear.weight().t());
    }
    if (linear.bias().defined()) sum.add_(linear.bias());
}

}  // namespace temblor
