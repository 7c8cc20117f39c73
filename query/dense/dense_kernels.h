#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace temblor {

/// The inner loops of dense search, one set per instruction set. Every set gives the same bits:
/// sums of floats run in 64 lanes (entry i in lane i % 64, products rounded before they are added)
/// that are then halved until one is left.
struct DenseKernels {
    std::string_view name;

    /// Inner product of n floats with n floats, half floats or bytes.
    float (*dot_f32)(const float* query, const float* vector, size_t n);
    float (*dot_f16)(const float* query, const uint16_t* vector, size_t n);
    float (*dot_u8)(const float* query, const uint8_t* vector, size_t n);

    /// The inner products of a query's sub-vectors of `width` numbers with the centroids of their
    /// subspaces: products[k j + c] for centroid c of subspace j, k being 16 or 256. `entries` as
    /// in CodeBook.
    void (*products_16)(const float* query, const float* entries, uint32_t subspaces,
                        uint32_t width, float* products);
    void (*products_256)(const float* query, const float* entries, uint32_t subspaces,
                         uint32_t width, float* products);
    /// Takes the least product of each subspace of 16 centroids from all of them; returns the sum
    /// of the least ones, the widest range and the sum of the ranges.
    struct Ranges {
        float least = 0;
        float widest = 0;
        float sum = 0;
    };
    Ranges (*shift_16)(float* products, uint32_t subspaces);
    /// min(round(products * steps), 127) as bytes, in the layout of scan_codes; `tables` is zero
    /// behind the last subspace.
    void (*quantize_16)(const float* products, uint32_t subspaces, float steps, uint8_t* tables);

    /// Sums of table entries for `groups` groups of 16 codes (index/hash/code_book.h: 64 bytes a
    /// chunk of eight 4-bit subspaces), `chunks` chunks a group. `tables` has 128 bytes a chunk:
    /// 16 entries of at most 127 for each even subspace, then for each odd one. sums[16 g + i] is
    /// code i of group g, bit i of above[g] says that it is at least `least`. No sum may pass
    /// 65535.
    void (*scan_codes)(const uint8_t* codes, const uint8_t* tables, uint32_t chunks,
                       uint32_t groups, uint16_t least, uint16_t* sums, uint16_t* above);
};

const DenseKernels& scalar_dense_kernels();
/// The set of the same name as `kernels_name` (query/kernels.h).
const DenseKernels& dense_kernels_named(std::string_view kernels_name);
/// The set that goes with kernels().
const DenseKernels& dense_kernels();

namespace kernels_internal {
extern const DenseKernels kDenseAvx2;
extern const DenseKernels kDenseAvx512;
}  // namespace kernels_internal

}  // namespace temblor
