#include "server/encoding_gate.h"

#include <chrono>

namespace temblor {
namespace {

constexpr std::chrono::milliseconds kGateLook{50};

}  // namespace

Result<EncodingGate::Pass> EncodingGate::enter(Urgency urgency,
                                               const std::function<bool()>& cancelled) {
    std::unique_lock lock(mutex_);
    const bool is_query = urgency == Urgency::kQuery;
    if (is_query) ++queries_waiting_;
    bool gave_up = false;
    while (busy_ || (!is_query && queries_waiting_ > 0)) {
        changed_.wait_for(lock, kGateLook);
        lock.unlock();
        gave_up = cancelled();
        lock.lock();
        if (gave_up) break;
    }
    if (is_query) --queries_waiting_;
    if (gave_up) {
        changed_.notify_all();
        return Status::cancelled("nobody waits for the answer");
    }
    busy_ = true;
    return Pass(*this);
}

void EncodingGate::leave() {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    changed_.notify_all();
}

}  // namespace temblor
