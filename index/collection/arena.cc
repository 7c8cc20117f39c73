#include "index/collection/arena.h"

#include <algorithm>

#include "data/check.h"

namespace temblor {
namespace {

constexpr size_t kMaxBlock = size_t{1} << 20;

}  // namespace

std::byte* Arena::block(size_t size) {
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
    bytes_ += size;
    return blocks_.back().get();
}

std::byte* Arena::allocate(size_t size, size_t alignment) {
    TEMBLOR_CHECK(alignment <= alignof(std::max_align_t));
    const size_t skip = -reinterpret_cast<uintptr_t>(free_) & (alignment - 1);
    if (left_ >= skip && left_ - skip >= size) {
        std::byte* const at = free_ + skip;
        free_ = at + size;
        left_ -= skip + size;
        return at;
    }
    // What is large gets a block of its own, so that little of the current one is lost.
    if (size > next_block_ / 4) return block(size);
    free_ = block(next_block_);
    left_ = next_block_;
    next_block_ = std::min(next_block_ * 2, kMaxBlock);
    std::byte* const at = free_;
    free_ += size;
    left_ -= size;
    return at;
}

}  // namespace temblor
