#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "data/progress.h"
#include "data/status.h"

namespace temblor {

enum class TaskState : uint8_t { kRunning, kDone, kFailed, kCancelled };
std::string_view task_state_name(TaskState state);

/// A task as it is at one moment.
struct TaskView {
    using Time = std::chrono::system_clock::time_point;
    uint64_t id = 0;
    std::string kind;  ///< "optimize", "snapshot", "restore", "index", "import"
    std::string collection;
    TaskState state = TaskState::kRunning;
    std::string stage;  ///< as Progress has it; "waiting" before a thread is free
    uint64_t done = 0;
    uint64_t total = 0;  ///< 0: unknown
    bool cancelling = false;
    Time started;
    Time ended;         ///< of one that has ended
    std::string error;  ///< why it failed or was cancelled
};

/// The long work of a server: what runs, and the last that ended. Ids rise from 1 and begin anew
/// with the process. Thread-safe.
class Tasks {
    class Task;

public:
    struct Options {
        uint32_t threads = 2;    ///< for what runs in the background
        uint32_t waiting = 64;   ///< of it, for a thread
        uint32_t history = 100;  ///< of those that have ended
    };
    Tasks() : Tasks(Options{}) {}
    explicit Tasks(const Options& options);
    /// stop(), and waits until all of the background has ended.
    ~Tasks();
    Tasks(const Tasks&) = delete;
    Tasks& operator=(const Tasks&) = delete;

    /// A task that its request runs, until end(). `also` says when it is cancelled besides, e.g.
    /// because nobody waits for the answer; it may be called from any thread.
    class Running final : public Progress {
    public:
        Running(Running&&) = default;
        /// Failed, if it was not ended.
        ~Running() override;
        void report(std::string_view stage, uint64_t done, uint64_t total) override;
        [[nodiscard]] bool cancelled() const override;
        /// Call once; later reports count for nothing. Returns `status`.
        Status end(Status status);

    private:
        friend class Tasks;
        Running(Tasks& tasks, std::shared_ptr<Task> task, std::function<bool()> also);
        Tasks* tasks_;
        std::shared_ptr<Task> task_;
        std::function<bool()> also_;
    };
    Running begin(std::string kind, std::string collection, std::function<bool()> also = {});

    using Work = std::function<Status(Progress& progress)>;
    /// Runs `work` in the background. With `alone`, one of the same kind and collection that runs
    /// already is returned in its place. Errors: kUnavailable (too many wait, or stop() was
    /// called).
    Result<TaskView> start(std::string kind, std::string collection, Work work, bool alone = false);

    /// Those that run, newest first, then those that have ended, last first.
    [[nodiscard]] std::vector<TaskView> list() const;
    /// Errors: kNotFound.
    [[nodiscard]] Result<TaskView> find(uint64_t id) const;
    /// Asks it to end soon. Errors: kNotFound; kAlreadyExists: it has ended.
    Result<TaskView> cancel(uint64_t id);
    /// Cancels the background now and what requests run after `grace`. The first call counts.
    void stop(std::chrono::milliseconds grace);

private:
    std::shared_ptr<Task> add(std::string kind, std::string collection, bool background);
    /// `task` has ended.
    void finish(Task& task, const Status& status);
    void run(const std::shared_ptr<Task>& task, const Work& work);
    [[nodiscard]] std::shared_ptr<Task> find_task(uint64_t id) const;

    const Options options_;
    mutable std::mutex mutex_;
    // Guarded by mutex_:
    uint64_t next_id_ = 1;
    uint32_t background_ = 0;  ///< run or wait
    bool stopped_ = false;
    std::vector<std::shared_ptr<Task>> running_;
    std::deque<std::shared_ptr<Task>> ended_;

    /// When what requests run is cancelled, in ticks of the steady clock.
    std::atomic<std::chrono::steady_clock::rep> requests_end_;
    boost::asio::thread_pool pool_;
};

}  // namespace temblor
