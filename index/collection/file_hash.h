#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <xxhash.h>

namespace temblor {

/// XXH3-64 of bytes that come in parts.
class FileHash {
public:
    FileHash() { XXH3_64bits_reset(state_.get()); }
    void add(std::span<const std::byte> bytes) {
        XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
    }
    [[nodiscard]] uint64_t value() const { return XXH3_64bits_digest(state_.get()); }

private:
    struct Free {
        void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
    };
    std::unique_ptr<XXH3_state_t, Free> state_{XXH3_createState()};
};

}  // namespace temblor
