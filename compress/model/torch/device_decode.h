#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <ATen/core/Tensor.h>

#include "compress/model/cuda/decode_plan.h"
#include "compress/model/torch/decoder_torso.h"
#include "compress/model/torch/kv_store.h"
#include "data/status.h"

namespace temblor {

/// One token after another of one cache through the kernels of the module temblor_cuda, where it
/// is there and made for the model: a CUDA device, bfloat16 or float16, SiLU, head sizes 64, 96 and
/// 128, consecutive positions. The module is looked for beside the program and as
/// TEMBLOR_CUDA_MODULE says; TEMBLOR_CUDA_MODULE=off leaves it out. Not thread-safe.
class DeviceDecode {
public:
    /// For at most `rows` more rows, which the cache gets room for. Null where it cannot be, which
    /// is no error: DecoderTorso::run() computes the same.
    static std::unique_ptr<DeviceDecode> make(const DecoderTorso& torso, KvStore& cache,
                                              int64_t rows);

    /// Reads `token` into the cache and counts it. The best next token; scores into `logits`
    /// [vocabulary] unless it is empty. Throws c10::Error when the device fails.
    uint32_t step(uint32_t token, std::span<float> logits);

private:
    DeviceDecode() = default;

    KvStore* cache_ = nullptr;
    at::Tensor frequencies_;
    std::unique_ptr<DecodeSteps> steps_;
};

}  // namespace temblor
