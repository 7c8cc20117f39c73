#include "data/text/murmur_hash.h"

#include <bit>
#include <cstddef>

namespace temblor {
namespace {

constexpr uint32_t kMurmurFirst = 0xCC9E2D51;
constexpr uint32_t kMurmurSecond = 0x1B873593;

/// Up to four bytes, the first lowest.
uint32_t little_endian(std::string_view bytes) {
    uint32_t word = 0;
    for (size_t i = 0; i < bytes.size(); ++i)
        word |= uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return word;
}

uint32_t scramble(uint32_t word) { return std::rotl(word * kMurmurFirst, 15) * kMurmurSecond; }

}  // namespace

uint32_t murmur_hash(std::string_view bytes) {
    uint32_t hash = 0;
    size_t at = 0;
    for (; at + 4 <= bytes.size(); at += 4) {
        hash ^= scramble(little_endian(bytes.substr(at, 4)));
        hash = std::rotl(hash, 13) * 5 + 0xE6546B64;
    }
    if (at < bytes.size()) hash ^= scramble(little_endian(bytes.substr(at)));
    hash ^= static_cast<uint32_t>(bytes.size());
    hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
    hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
    return hash ^ (hash >> 16);
}

}  // namespace temblor
