#pragma once

#include <atomic>
#include <chrono>
#include <limits>

namespace temblor {

/// When the operation under way must have ended. Looked at by every sweep of the server: one timer
/// for all connections costs less than setting one for every operation.
class Deadline {
public:
    using Clock = std::chrono::steady_clock;
    void set(Clock::time_point time) { ticks_ = time.time_since_epoch().count(); }
    void set_after(Clock::duration time) { set(Clock::now() + time); }
    void clear() { ticks_ = kNever; }
    [[nodiscard]] bool has_passed(Clock::time_point now) const {
        return ticks_ <= now.time_since_epoch().count();
    }

private:
    static constexpr Clock::rep kNever = std::numeric_limits<Clock::rep>::max();
    std::atomic<Clock::rep> ticks_{kNever};
};

}  // namespace temblor
