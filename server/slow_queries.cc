#include "server/slow_queries.h"

namespace temblor {

void SlowQueries::add(SlowQuery query) {
    if (query.target.size() > kTargetBytes) {
        query.target.resize(kTargetBytes);
        query.target += "...";
    }
    const std::lock_guard lock(mutex_);
    queries_.push_front(std::move(query));
    if (queries_.size() > kKept) queries_.pop_back();
}

std::vector<SlowQuery> SlowQueries::list() const {
    const std::lock_guard lock(mutex_);
    return {queries_.begin(), queries_.end()};
}

}  // namespace temblor
