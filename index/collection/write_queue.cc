#include "index/collection/write_queue.h"

namespace temblor {

Result<WriteReceipt> WriteQueue::submit(WriteOperation operation) {
    Request request{std::move(operation), std::nullopt};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&request);
    changed_.wait(lock, [&] { return request.result.has_value() || waiting_.front() == &request; });
    if (request.result) return *std::move(request.result);

    std::vector<const WriteOperation*> group;
    for (Request* waiting : waiting_) {
        // An operation that looks for points must see all before it.
        if (group.size() == kMaxGroup || (waiting->operation.selects && !group.empty())) break;
        group.push_back(&waiting->operation);
    }
    lock.unlock();
    std::vector<Result<WriteReceipt>> results = commit_(group);
    lock.lock();
    for (size_t i = 0; i < group.size(); ++i) waiting_[i]->result = std::move(results[i]);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(group.size()));
    Result<WriteReceipt> own = *std::move(request.result);
    lock.unlock();
    changed_.notify_all();
    return own;
}

}  // namespace temblor
