#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "data/status.h"
#include "index/collection/write_group.h"

namespace temblor {

/// What a write did, once it is durable and visible.
struct WriteReceipt {
    uint64_t last_ordinal = 0;  ///< the collection's; a version that has reached it has the write
    uint64_t points = 0;        ///< ids that were written or deleted
    /// How long it waited because sealing is behind: the signal to slow down.
    std::chrono::microseconds throttled{0};
};

/// Group commit: writers queue up, the first of them commits for all that wait, and one sync serves
/// the group. Thread-safe.
class WriteQueue {
public:
    /// Makes a group durable and visible, in order; an answer for each. Called by one thread at a
    /// time.
    using Commit = std::function<std::vector<Result<WriteReceipt>>(
        std::span<const WriteOperation* const> group)>;

    explicit WriteQueue(Commit commit) : commit_(std::move(commit)) {}

    /// Returns when the operation is durable and visible, or has failed.
    Result<WriteReceipt> submit(WriteOperation operation);

private:
    static constexpr size_t kMaxGroup = 64;

    struct Request {
        WriteOperation operation;
        std::optional<Result<WriteReceipt>> result;  ///< guarded by mutex_
    };

    Commit commit_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Request*> waiting_;  ///< the front one leads
};

}  // namespace temblor
