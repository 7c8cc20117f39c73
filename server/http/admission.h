#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <vector>

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

    Admission(uint32_t slots, uint32_t queue, std::chrono::milliseconds longest_wait)
        : slots_(slots), most_waiting_(queue), longest_wait_(longest_wait) {}

    /// Takes `work` for whoever calls start() or next(); may refuse it or another that waited.
    void add(Work&& work);
    /// Gives the caller a slot and the next one to run with it, after refusing those that waited
    /// too long; false when there is none or no slot.
    bool start(Work& work);
    /// `work` was run: its time is its source's, and what it holds is let go.
    void finish(Work& work);
    /// Gives the caller the next one to run with the slot of what it has finished, after refusing
    /// those that waited too long; false when there is none and the slot is free.
    bool next(Work& work);
    /// The connection is gone.
    void leave(RequestSource source);

    [[nodiscard]] uint32_t waiting() const;
    [[nodiscard]] uint32_t running() const;
    [[nodiscard]] bool is_full() const { return running() == slots_; }

private:
    /// Under the mutex: the next one, which has the caller's slot; late ones go to `refused`.
    bool take(Clock::time_point now, std::vector<Work>& refused, Work& work);

    const uint32_t slots_;
    const uint32_t most_waiting_;
    const std::chrono::milliseconds longest_wait_;
    mutable std::mutex mutex_;
    uint32_t running_ = 0;
    FairQueue queue_;
};

}  // namespace temblor
