#pragma once

#include <chrono>
#include <cstdint>

namespace temblor {

/// What the server takes at most. Every number has a setting of its name (settings.h) and a test.
struct ServerLimits {
    uint64_t body_bytes = uint64_t{32} << 20;   ///< of a request, also after decompression
    uint64_t stream_bytes = uint64_t{1} << 40;  ///< of an import or an uploaded snapshot
    uint32_t header_bytes = 16 << 10;           ///< request line and headers
    uint32_t json_depth = 64;
    uint32_t nonzeros = 65'536;  ///< of a sparse vector
    uint32_t k = 10'000;         ///< `limit` + `offset` of a search, `limit` of a scroll
    uint32_t batch = 1'000;      ///< searches of one request
    uint32_t points = 100'000;   ///< points or ids of one request
    uint32_t prefetch_depth = 4;
    uint32_t prefetches = 32;  ///< of one query, all levels together
    uint32_t connections = 10'000;
    uint32_t queue = 1'024;                       ///< requests that wait for a thread
    std::chrono::milliseconds queue_time{2'000};  ///< then 503
    std::chrono::milliseconds header_time{5'000};
    std::chrono::milliseconds idle_time{60'000};
    /// A body must arrive, and an answer be taken, within this and a second for each `body_rate`.
    std::chrono::milliseconds body_time{10'000};
    uint64_t body_rate = 64 << 10;                 ///< bytes a second
    std::chrono::milliseconds drain_time{10'000};  ///< for requests under way after SIGTERM
};

}  // namespace temblor
