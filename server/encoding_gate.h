#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "data/status.h"

namespace temblor {

/// Lets one at a time into the models, which use several cores each. Long work enters anew for each
/// slice of its texts, and who is in a hurry goes before it: a query waits for one slice at most,
/// and for other queries. Thread-safe.
class EncodingGate {
public:
    enum class Urgency : uint8_t {
        kQuery,  ///< few texts that somebody waits for
        kBulk,   ///< a slice of many
    };

    /// The turn, until it goes.
    class Pass {
    public:
        explicit Pass(EncodingGate& gate) : gate_(&gate) {}
        Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
        Pass& operator=(Pass&&) = delete;
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        ~Pass() {
            if (gate_ != nullptr) gate_->leave();
        }

    private:
        EncodingGate* gate_;
    };

    /// Waits for the turn. `cancelled` is asked about twenty times a second. Errors: kCancelled.
    Result<Pass> enter(Urgency urgency, const std::function<bool()>& cancelled);

private:
    void leave();

    std::mutex mutex_;
    std::condition_variable changed_;
    bool busy_ = false;             ///< guarded by mutex_
    uint32_t queries_waiting_ = 0;  ///< guarded by mutex_
};

}  // namespace temblor
