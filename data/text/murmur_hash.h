#pragma once

#include <cstdint>
#include <string_view>

namespace temblor {

/// MurmurHash3_x86_32 (Austin Appleby, 2011) with seed 0: the same number on every machine. Not for
/// tables that strangers fill: whoever chooses the bytes can make hashes collide.
uint32_t murmur_hash(std::string_view bytes);

}  // namespace temblor
