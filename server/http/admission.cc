#include "server/http/admission.h"

#include <utility>

namespace temblor {

Admission::Entry Admission::enter(Work& work) {
    const std::lock_guard lock(mutex_);
    if (running_ < slots_) {
        ++running_;
        return Entry::kRun;
    }
    if (queue_.size() >= queue_limit_) return Entry::kRefused;
    queue_.push_back({std::move(work), Clock::now()});
    return Entry::kQueued;
}

bool Admission::next(Work& work) {
    while (true) {
        Waiting first;
        {
            const std::lock_guard lock(mutex_);
            if (queue_.empty()) {
                --running_;
                return false;
            }
            first = std::move(queue_.front());
            queue_.pop_front();
        }
        if (Clock::now() - first.since <= longest_wait_) {
            work = std::move(first.work);
            return true;
        }
        first.work.refuse();
    }
}

uint32_t Admission::waiting() const {
    const std::lock_guard lock(mutex_);
    return static_cast<uint32_t>(queue_.size());
}

uint32_t Admission::running() const {
    const std::lock_guard lock(mutex_);
    return running_;
}

}  // namespace temblor
