#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "data/check.h"

namespace temblor {

/// An array that grows at its end while others read it; elements never move. Chunks double in size,
/// so an element costs one look-up of its chunk, and at most half of the memory is unused.
///
/// One thread calls make(). Any thread reads an element that it has been told of through an atomic
/// that was stored after the element was written.
template <typename T>
class ChunkedArray {
public:
    ChunkedArray() = default;
    ChunkedArray(const ChunkedArray&) = delete;
    ChunkedArray& operator=(const ChunkedArray&) = delete;

    /// The element at `index`, value-initialised when its chunk is new; no chunk is skipped.
    T& make(uint32_t index) {
        const uint32_t chunk = chunk_of(index);
        if (owned_[chunk] == nullptr) {
            TEMBLOR_CHECK(chunk == 0 || owned_[chunk - 1] != nullptr);
            owned_[chunk] = std::make_unique<T[]>(size_of(chunk));
            bytes_ += size_of(chunk) * sizeof(T);
            chunks_[chunk].store(owned_[chunk].get(), std::memory_order_release);
        }
        return owned_[chunk][index - begin_of(chunk)];
    }
    const T& operator[](uint32_t index) const {
        const uint32_t chunk = chunk_of(index);
        return chunks_[chunk].load(std::memory_order_acquire)[index - begin_of(chunk)];
    }
    /// Of the chunks; what elements own is not counted. For the thread that makes elements.
    [[nodiscard]] uint64_t bytes() const { return bytes_; }

private:
    static constexpr uint32_t kFirstBits = 8;
    static constexpr uint32_t kChunks = 33 - kFirstBits;

    // Chunk 0 has 2^kFirstBits elements, chunk c > 0 as many as all before it.
    static uint32_t chunk_of(uint32_t index) {
        return static_cast<uint32_t>(std::bit_width(index >> kFirstBits));
    }
    static uint32_t begin_of(uint32_t chunk) {
        return chunk == 0 ? 0 : uint32_t{1} << (kFirstBits + chunk - 1);
    }
    static size_t size_of(uint32_t chunk) {
        return size_t{1} << (kFirstBits + (chunk == 0 ? 0 : chunk - 1));
    }

    std::array<std::atomic<T*>, kChunks> chunks_{};
    std::array<std::unique_ptr<T[]>, kChunks> owned_;
    uint64_t bytes_ = 0;
};

}  // namespace temblor
