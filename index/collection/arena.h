#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace temblor {

/// Hands out memory that stays where it is until the arena dies; nothing is given back before.
/// One thread allocates. What it allocated may be read by others once they have been told of it
/// through an atomic.
class Arena {
public:
    /// Uninitialised. `alignment`: a power of two, at most that of std::max_align_t.
    std::byte* allocate(size_t size, size_t alignment);
    /// Taken from the system, what is not handed out yet included.
    [[nodiscard]] uint64_t bytes() const { return bytes_; }

private:
    std::byte* block(size_t size);

    std::vector<std::unique_ptr<std::byte[]>> blocks_;
    std::byte* free_ = nullptr;
    size_t left_ = 0;
    size_t next_block_ = size_t{4} << 10;
    uint64_t bytes_ = 0;
};

}  // namespace temblor
