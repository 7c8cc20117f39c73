#include "compress/model/torch/huge_pages.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include <ATen/ops/from_blob.h>
#include <sys/mman.h>

namespace temblor {
namespace {

constexpr size_t kPage = size_t{1} << 21;
constexpr size_t kLeastBlock = size_t{16} << 20;
constexpr size_t kAlignment = 64;

size_t round_up(size_t size, size_t unit) { return (size + unit - 1) / unit * unit; }

}  // namespace

at::Tensor HugePages::keep(const at::Tensor& weight) {
    if (!weight.defined() || !weight.device().is_cpu() || weight.nbytes() == 0) return weight;
    const size_t bytes = round_up(weight.nbytes(), kAlignment);
    if (size_ - used_ < bytes) {
        size_ = round_up(std::max(bytes, kLeastBlock), kPage);
        auto* memory = static_cast<std::byte*>(std::aligned_alloc(kPage, size_));
        if (memory == nullptr) throw std::bad_alloc();
        (void)::madvise(memory, size_, MADV_HUGEPAGE);  // a wish
        block_ = std::shared_ptr<std::byte>(memory, &std::free);
        used_ = 0;
    }
    at::Tensor kept = at::from_blob(
        block_.get() + used_, weight.sizes(), [block = block_](void*) {}, weight.scalar_type());
    used_ += bytes;
    kept.copy_(weight);
    return kept;
}

}  // namespace temblor
