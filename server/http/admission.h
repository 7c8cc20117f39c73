#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "server/http/fair_queue.h"

namespace temblor {

/// Runs at most `slots` pieces of work at a time; more wait in a queue of bounded length that
/// shares time among clients (fair_queue.h), and what does not fit or waited too long is turned
/// away. So under any overload the work that is done is done in time for somebody who still waits
/// for it, and who asks for little does not wait for those who ask for much. Thread-safe.
class Admission {
public:
    using Clock = FairQueue::Clock;
    using Work = WaitingWork;
    enum class Entry : uint8_t {
        kRun,     ///< the caller has a slot: run it, then call next()
        kQueued,  ///< somebody else will run or refuse it, if it was not refused in the call
    };

    Admission(uint32_t slots, uint32_t queue, std::chrono::milliseconds longest_wait)
        : slots_(slots), longest_wait_(longest_wait), queue_(queue) {}

    /// May refuse this work or another that waited.
    Entry enter(Work& work);
    /// `work` is done and its time is its source's: gives the caller the next one to run with the
    /// same slot, after refusing those that waited too long; false when there is none and the slot
    /// is free.
    bool next(Work& work);
    /// The connection is gone.
    void leave(RequestSource source);

    [[nodiscard]] uint32_t waiting() const;
    [[nodiscard]] uint32_t running() const;

private:
    const uint32_t slots_;
    const std::chrono::milliseconds longest_wait_;
    mutable std::mutex mutex_;
    uint32_t running_ = 0;
    FairQueue queue_;
};

}  // namespace temblor
