#include "server/http/admission.h"

#include <optional>
#include <utility>
#include <vector>

namespace temblor {

void Admission::add(Work&& work) {
    std::optional<Work> refused;
    {
        const std::lock_guard lock(mutex_);
        work.since = Clock::now();
        refused = queue_.push(std::move(work), size_t{most_waiting_} + slots_ - running_);
    }
    if (refused) refused->refuse();
}

bool Admission::start(Work& work) {
    std::vector<Work> refused;
    bool found = false;
    {
        const std::lock_guard lock(mutex_);
        if (running_ == slots_ || queue_.size() == 0) return false;
        found = take(Clock::now(), refused, work);
        running_ += found;
    }
    for (const Work& late : refused) late.refuse();
    return found;
}

void Admission::finish(Work& work) {
    {
        const std::lock_guard lock(mutex_);
        queue_.charge(work.source, Clock::now() - work.since);
    }
    work.run = nullptr;  // may end the connection, which calls leave()
    work.refuse = nullptr;
}

bool Admission::next(Work& work) {
    std::vector<Work> refused;
    bool found = false;
    {
        const std::lock_guard lock(mutex_);
        found = take(Clock::now(), refused, work);
        running_ -= !found;
    }
    for (const Work& late : refused) late.refuse();
    return found;
}

bool Admission::take(Clock::time_point now, std::vector<Work>& refused, Work& work) {
    while (auto late = queue_.pop_older_than(now - longest_wait_))
        refused.push_back(*std::move(late));
    auto following = queue_.pop();
    if (!following) return false;
    work = *std::move(following);
    work.since = now;
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
