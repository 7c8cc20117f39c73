#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

#include <xxhash.h>

#include "data/check.h"
#include "index/segment_format.h"

namespace temblor::testing {

/// Makes sizes and checksums agree with the bytes, section by section as far as the table says, so
/// that what lies behind them is reached.
inline void seal(std::span<std::byte> bytes) {
    SegmentHeader header;
    if (bytes.size() < sizeof(header)) return;
    std::memcpy(&header, bytes.data(), sizeof(header));
    header.magic = kSegmentMagic;
    header.version = kSegmentVersion;
    header.file_bytes = bytes.size();
    header.sections %= kMaxSections + 1;
    const uint64_t table_bytes = header.sections * sizeof(SectionEntry);
    if (sizeof(header) + table_bytes > bytes.size()) return;
    for (uint32_t s = 0; s < header.sections; ++s) {
        std::byte* at = bytes.data() + sizeof(header) + s * sizeof(SectionEntry);
        SectionEntry entry;
        std::memcpy(&entry, at, sizeof(entry));
        if (entry.offset > bytes.size() || entry.bytes > bytes.size() - entry.offset) continue;
        entry.hash = section_hash(entry.kind, bytes.subspan(entry.offset, entry.bytes));
        std::memcpy(at, &entry, sizeof(entry));
    }
    header.table_hash = XXH3_64bits(bytes.data() + sizeof(header), table_bytes);
    header.header_hash = XXH3_64bits(&header, sizeof(header) - sizeof(header.header_hash));
    std::memcpy(bytes.data(), &header, sizeof(header));
}

/// A copy that ends where its memory ends.
inline std::shared_ptr<std::byte> aligned_copy(std::span<const uint8_t> bytes) {
    void* memory = nullptr;
    TEMBLOR_CHECK(::posix_memalign(&memory, kSectionAlignment, bytes.size()) == 0);
    std::memcpy(memory, bytes.data(), bytes.size());
    return {static_cast<std::byte*>(memory), [](std::byte* p) { std::free(p); }};
}

}  // namespace temblor::testing
