#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace temblor {

// What the two libtorchs that this builds with do not share: 2 (PyPI's) and 1.13 (Debian 12's). No
// other source asks for the version. Functions throw c10::Error as operators do.

/// "2.15.0" and the like.
const char* torch_version();

/// Whether the CPU multiplies matrices of `type`. libtorch 1.13 does not know float16 there.
bool cpu_multiplies(at::ScalarType type);

/// input / sqrt(mean of squares + epsilon) * weight over the last dimension, summed in float32.
at::Tensor rms_norm(const at::Tensor& input, const at::Tensor& weight, double epsilon);

/// Whether the next two are there (libtorch 2); who calls them has another way for 1.13.
bool has_fused_attention();

/// softmax(q k^T / sqrt(size)) v of [..., heads, length, size]. `mask`: bool, true where a key is
/// seen; undefined for all, or with `causal` for those up to the query's own place. Fewer heads of
/// keys than of queries are shared.
at::Tensor fused_attention(const at::Tensor& queries, const at::Tensor& keys,
                           const at::Tensor& values, const at::Tensor& mask, bool causal);

/// The same on a GPU in half precision, of [1, length, heads, size]: a query sees the keys up to
/// its own place counted from the end, with `window` > 0 only so many.
at::Tensor flash_attention(const at::Tensor& queries, const at::Tensor& keys,
                           const at::Tensor& values, int64_t window);

/// `weight` [out, in] as oneDNN wants it for products of about `rows` rows; undefined where it is
/// to be used as it is (libtorch 1.13, other devices).
at::Tensor pack_weight(const at::Tensor& weight, int64_t rows);

/// input W^T + bias for a packed weight, with `gelu` (erf) applied in the same pass.
at::Tensor packed_product(const at::Tensor& input, const at::Tensor& packed, const at::Tensor& bias,
                          bool gelu);

}  // namespace temblor
