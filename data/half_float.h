#pragma once

#include <cstdint>

#include <fp16.h>

namespace temblor {

/// IEEE 754 half precision in 16 bits. Rounds to nearest, ties to even; too large becomes infinite.
inline float half_to_float(uint16_t half) { return fp16_ieee_to_fp32_value(half); }
inline uint16_t float_to_half(float value) { return fp16_ieee_from_fp32_value(value); }
/// The largest finite half.
inline constexpr float kLargestHalf = 65504.0F;

}  // namespace temblor
