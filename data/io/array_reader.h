#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/io/byte_reader.h"
#include "data/status.h"

namespace temblor {

/// Appends `count` little-endian numbers to `out`. The count comes from the file and is not
/// trusted: memory grows as bytes arrive, and is taken at once only where the file's size makes the
/// count likely. `each_chunk` is called after every few MiB at most and may stop the reading. A
/// stream that ends early is kCorruption "PATH: short file: WHAT ...".
template <typename T>
Status read_array(ByteReader& reader, uint64_t count, const std::string& what, std::vector<T>& out,
                  const std::function<Status()>& each_chunk) {
    constexpr uint64_t kFirstChunk = (uint64_t{16} << 10) / sizeof(T);
    constexpr uint64_t kLargestChunk = (uint64_t{4} << 20) / sizeof(T);
    constexpr uint64_t kUsualRatio = 4;  // of compression
    if (out.empty() && count <= reader.file_size() * kUsualRatio / sizeof(T)) out.reserve(count);
    uint64_t left = count;
    for (uint64_t chunk = kFirstChunk; left > 0; chunk = std::min(2 * chunk, kLargestChunk)) {
        const uint64_t take = std::min(left, chunk);
        const size_t before = out.size();
        out.resize(before + take);
        const std::span<T> fresh(out.data() + before, take);
        TEMBLOR_ASSIGN_OR_RETURN(const size_t got, reader.read(std::as_writable_bytes(fresh)));
        if (got < fresh.size_bytes()) {
            return Status::corruption(reader.path() + ": short file: " + what + " has " +
                                      std::to_string(count) + " entries, the file ends in entry " +
                                      std::to_string(count - left + got / sizeof(T)));
        }
        left -= take;
        TEMBLOR_RETURN_IF_ERROR(each_chunk());
    }
    return Status::ok();
}

}  // namespace temblor
