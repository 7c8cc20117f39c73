#include "compress/model/torch/ragged_pooling.h"

#include <ATen/ops/amax.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/stack.h>

#include "compress/model/torch/device.h"

namespace temblor {

at::Tensor first_rows(const at::Tensor& hidden, const RaggedBatch& batch) {
    return at::index_select(hidden, 0, to_device(batch.begins, hidden.device()));
}

at::Tensor pool(const at::Tensor& hidden, const RaggedBatch& batch, Pooling pooling) {
    if (pooling == Pooling::kFirst) return first_rows(hidden, batch).to(at::kFloat);
    std::vector<int64_t> lasts;
    std::vector<at::Tensor> rows;
    for (size_t i = 0; i < batch.lengths.size(); ++i) {
        if (pooling == Pooling::kLast) {
            lasts.push_back(batch.begins[i] + batch.lengths[i] - 1);
            continue;
        }
        const at::Tensor text = hidden.narrow(0, batch.begins[i], batch.lengths[i]).to(at::kFloat);
        rows.push_back(pooling == Pooling::kMean ? at::mean(text, {0}) : at::amax(text, {0}));
    }
    if (pooling == Pooling::kLast) {
        return at::index_select(hidden, 0, to_device(lasts, hidden.device())).to(at::kFloat);
    }
    return at::stack(rows);
}

}  // namespace temblor
