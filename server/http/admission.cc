#include "server/http/admission.h"

#include <optional>
#include <utility>
#include <vector>

namespace temblor {

Admission::Entry Admission::enter(Work& work) {
    std::optional<Work> refused;
    {
        const std::lock_guard lock(mutex_);
        work.since = Clock::now();
        if (running_ < slots_) {
            ++running_;
            return Entry::kRun;
        }
        refused = queue_.push(std::move(work));
    }
    if (refused) refused->refuse();
    return Entry::kQueued;
}

bool Admission::next(Work& work) {
    std::vector<Work> refused;
    std::optional<Work> following;
    {
        const std::lock_guard lock(mutex_);
        const auto now = Clock::now();
        queue_.charge(work.source, now - work.since);
        while (auto late = queue_.pop_older_than(now - longest_wait_))
            refused.push_back(*std::move(late));
        following = queue_.pop();
        if (following) {
            following->since = now;
        } else {
            --running_;
        }
    }
    for (const Work& late : refused) late.refuse();
    if (!following) return false;
    work = *std::move(following);
    return true;
}

void Admission::leave(RequestSource source) {
    const std::lock_guard lock(mutex_);
    queue_.forget(source);
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
