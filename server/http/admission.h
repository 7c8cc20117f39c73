#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

namespace temblor {

/// Runs at most `slots` pieces of work at a time; more wait in a queue of bounded length, and what
/// does not fit or waited too long is turned away. So under any overload the work that is done is
/// done in time for somebody who still waits for it. Thread-safe.
class Admission {
public:
    using Clock = std::chrono::steady_clock;
    struct Work {
        std::function<void()> run;
        std::function<void()> refuse;  ///< instead of run: it waited too long
    };
    enum class Entry : uint8_t {
        kRun,      ///< the caller has a slot: run it, then call next()
        kQueued,   ///< somebody else will run or refuse it
        kRefused,  ///< the queue is full; nothing of `work` will be called
    };

    Admission(uint32_t slots, uint32_t queue, std::chrono::milliseconds longest_wait)
        : slots_(slots), queue_limit_(queue), longest_wait_(longest_wait) {}

    Entry enter(Work& work);
    /// The caller's piece of work is done: gives it the next one to run with the same slot, oldest
    /// first, after refusing those that waited too long; false when there is none and the slot is
    /// free.
    bool next(Work& work);

    [[nodiscard]] uint32_t waiting() const;
    [[nodiscard]] uint32_t running() const;

private:
    struct Waiting {
        Work work;
        Clock::time_point since;
    };

    const uint32_t slots_;
    const uint32_t queue_limit_;
    const std::chrono::milliseconds longest_wait_;
    mutable std::mutex mutex_;
    uint32_t running_ = 0;
    std::deque<Waiting> queue_;
};

}  // namespace temblor
