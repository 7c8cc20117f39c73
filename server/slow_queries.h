#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace temblor {

/// A request that took long. Holds nothing of its body.
struct SlowQuery {
    std::chrono::system_clock::time_point time;  ///< of its end
    std::string method;
    std::string route;       ///< its pattern; empty: no route
    std::string collection;  ///< empty: of none
    std::string target;      ///< cut off
    unsigned status = 0;
    double seconds = 0;
    std::string request_id;
    std::vector<std::pair<std::string_view, uint64_t>> counters;  ///< of its searches together
};

/// The last requests that were slower than the setting for the slow log. Thread-safe.
class SlowQueries {
public:
    static constexpr size_t kKept = 100;
    static constexpr size_t kTargetBytes = 200;

    void add(SlowQuery query);
    /// Newest first.
    [[nodiscard]] std::vector<SlowQuery> list() const;

private:
    mutable std::mutex mutex_;
    std::deque<SlowQuery> queries_;  ///< guarded by mutex_; newest first
};

}  // namespace temblor
