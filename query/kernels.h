#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace temblor {

/// A half-open range of positions.
struct Range {
    uint32_t begin = 0;
    uint32_t end = 0;

    bool operator==(const Range&) const = default;
};

/// The inner loops of search, one set per instruction set. Integer kernels give the same result in
/// every set, so a search returns the same documents on every processor.
///
/// A query table holds a weight for each internal component: u16 below 2^15, chosen so that no sum
/// overflows 32 bits (query/query_tables.h), with one readable entry behind the last.
struct Kernels {
    std::string_view name;

    /// Sum of table[components[i]] * weights[i]; n entries. Reads nothing past n.
    uint32_t (*dot_u16_u8)(const uint16_t* table, const uint16_t* components,
                           const uint8_t* weights, size_t n);
    /// The same for 32-bit components; one at or above `limit` counts as `limit`.
    uint32_t (*dot_u32_u8)(const uint16_t* table, uint32_t limit, const uint32_t* components,
                           const uint8_t* weights, size_t n);
    /// Float values and a float table; sums in an order of its own (equal to scalar within
    /// rounding).
    float (*dot_u32_f32)(const float* table, uint32_t limit, const uint32_t* components,
                         const float* values, size_t n);
    /// Where the keys from `first` to `last` (inclusive) stand among n ascending ones. May read 63
    /// bytes past n.
    Range (*key_range)(const uint16_t* sorted, uint32_t n, uint16_t first, uint16_t last);
};

/// The reference; every other set is tested against it.
const Kernels& scalar_kernels();
/// The sets that this processor can run, scalar first, best last.
std::span<const Kernels* const> supported_kernels();
/// The best of them, or the one that the environment variable TEMBLOR_KERNELS names.
const Kernels& kernels();

namespace kernels_internal {
// One per file, so that each is compiled for its instruction set alone.
extern const Kernels kAvx2;
extern const Kernels kAvx512;
}  // namespace kernels_internal

}  // namespace temblor
