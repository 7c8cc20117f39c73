#include "compress/model/torch/row_maxima.h"

#include <algorithm>

#include <ATen/ops/amax.h>

// One loop, compiled for several instruction sets; the loader chooses. The sanitizers' runtimes are
// not up yet when it does.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TEMBLOR_MAXIMA_CLONES \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TEMBLOR_MAXIMA_CLONES
#endif

namespace temblor {

/// A float's bits as a number that orders as the float does: those of a negative one are turned.
TEMBLOR_MAXIMA_CLONES
void row_maxima_16(const uint16_t* scores, size_t rows, size_t stride, size_t count,
                   uint16_t* out) {
    for (size_t row = 0; row < rows; ++row) {
        const uint16_t* values = scores + row * stride;
        int16_t most = INT16_MIN;
        for (size_t i = 0; i < count; ++i) {
            const auto bits = static_cast<int16_t>(values[i]);
            const auto key = static_cast<int16_t>(bits ^ ((bits >> 15) & 0x7fff));
            most = std::max(most, key);
        }
        out[row] = static_cast<uint16_t>(most ^ ((most >> 15) & 0x7fff));
    }
}

void row_maxima(const at::Tensor& scores, int64_t begin, int64_t count, at::Tensor out) {
    if (!scores.device().is_cpu() || scores.element_size() != 2) {
        at::amax_out(out, scores.narrow(1, begin, count), {1});
        return;
    }
    const auto* values = static_cast<const uint16_t*>(scores.data_ptr()) + begin;
    row_maxima_16(values, static_cast<size_t>(scores.size(0)),
                  static_cast<size_t>(scores.stride(0)), static_cast<size_t>(count),
                  static_cast<uint16_t*>(out.data_ptr()));
}

}  // namespace temblor
