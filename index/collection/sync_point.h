#pragma once

#include <atomic>

namespace temblor {

/// Named places between two steps that must not be torn apart, where a test kills the process or
/// lets another thread go first. Nothing but a load when no test asks for them.
class SyncPoint {
public:
    using Hook = void (*)(const char* name);
    static void set(Hook hook) { hook_.store(hook, std::memory_order_release); }
    static void reach(const char* name) {
        if (const Hook hook = hook_.load(std::memory_order_acquire); hook != nullptr) hook(name);
    }

private:
    static inline std::atomic<Hook> hook_ = nullptr;
};

}  // namespace temblor
