#include "server/tasks.h"

#include <algorithm>
#include <limits>

#include <boost/asio/post.hpp>

namespace temblor {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kMaxErrorText = 2'000;

}  // namespace

std::string_view task_state_name(TaskState state) {
    switch (state) {
        case TaskState::kRunning:
            return "running";
        case TaskState::kDone:
            return "done";
        case TaskState::kFailed:
            return "failed";
        case TaskState::kCancelled:
            break;
    }
    return "cancelled";
}

class Tasks::Task {
public:
    Task(TaskView view, bool background) : background_(background), view_(std::move(view)) {}

    [[nodiscard]] TaskView view() const {
        const std::lock_guard lock(mutex_);
        TaskView view = view_;
        view.cancelling = cancel_ && view.state == TaskState::kRunning;
        return view;
    }
    void report(std::string_view stage, uint64_t done, uint64_t total) {
        const std::lock_guard lock(mutex_);
        if (view_.state != TaskState::kRunning) return;
        view_.stage = stage;
        view_.done = done;
        view_.total = total;
    }
    void end(const Status& status) {
        const std::lock_guard lock(mutex_);
        view_.ended = std::chrono::system_clock::now();
        view_.state = status.is_ok()                            ? TaskState::kDone
                      : status.code() == StatusCode::kCancelled ? TaskState::kCancelled
                                                                : TaskState::kFailed;
        if (status.is_ok() && view_.total > 0) view_.done = view_.total;
        view_.error = status.is_ok() ? std::string() : status.message().substr(0, kMaxErrorText);
    }
    void cancel() { cancel_ = true; }
    [[nodiscard]] bool is_cancelled() const { return cancel_; }
    [[nodiscard]] bool is_background() const { return background_; }

private:
    const bool background_;
    std::atomic<bool> cancel_{false};
    mutable std::mutex mutex_;
    TaskView view_;  ///< guarded by mutex_
};

Tasks::Tasks(const Options& options)
    : options_(options),
      requests_end_(std::numeric_limits<Steady::rep>::max()),
      pool_(options.threads) {}

Tasks::~Tasks() {
    stop(std::chrono::milliseconds(0));
    pool_.join();
}

Tasks::Running::Running(Tasks& tasks, std::shared_ptr<Task> task, std::function<bool()> also)
    : tasks_(&tasks), task_(std::move(task)), also_(std::move(also)) {}

Tasks::Running::~Running() {
    if (task_ != nullptr) (void)end(Status::internal("the work was given up"));
}

void Tasks::Running::report(std::string_view stage, uint64_t done, uint64_t total) {
    if (task_ != nullptr) task_->report(stage, done, total);
}

bool Tasks::Running::cancelled() const {
    if (task_ != nullptr && task_->is_cancelled()) return true;
    if (also_ && also_()) return true;
    return Steady::now().time_since_epoch().count() >= tasks_->requests_end_;
}

Status Tasks::Running::end(Status status) {
    if (task_ != nullptr) tasks_->finish(*task_, status);
    task_.reset();
    return status;
}

Tasks::Running Tasks::begin(std::string kind, std::string collection, std::function<bool()> also) {
    const std::lock_guard lock(mutex_);
    return {*this, add(std::move(kind), std::move(collection), false), std::move(also)};
}

Result<TaskView> Tasks::start(std::string kind, std::string collection, Work work, bool alone) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return Status::unavailable("the server is stopping");
    if (alone) {
        for (const auto& task : running_) {
            TaskView view = task->view();
            if (view.kind == kind && view.collection == collection && !view.cancelling) return view;
        }
    }
    if (background_ >= options_.threads + options_.waiting) {
        return Status::unavailable(std::to_string(options_.waiting) +
                                   " tasks are waiting already: try again later");
    }
    auto task = add(std::move(kind), std::move(collection), true);
    task->report("waiting", 0, 0);
    ++background_;
    boost::asio::post(pool_, [this, task, held = std::move(work)]() mutable {
        run(task, held);
        held = nullptr;
    });
    return task->view();
}

void Tasks::run(const std::shared_ptr<Task>& task, const Work& work) {
    class InBackground final : public Progress {
    public:
        explicit InBackground(Task& task) : task_(task) {}
        void report(std::string_view stage, uint64_t done, uint64_t total) override {
            task_.report(stage, done, total);
        }
        [[nodiscard]] bool cancelled() const override { return task_.is_cancelled(); }

    private:
        Task& task_;
    } progress(*task);
    Status status;
    if (task->is_cancelled()) {
        status = Status::cancelled("it had not begun");
    } else {
        progress.report("starting", 0, 0);
        try {
            status = work(progress);
        } catch (const std::bad_alloc&) {
            status = Status::resource_exhausted("out of memory");
        } catch (const std::exception& error) {
            status = Status::internal(error.what());
        }
    }
    finish(*task, status);
}

std::shared_ptr<Tasks::Task> Tasks::add(std::string kind, std::string collection, bool background) {
    TaskView view;
    view.id = next_id_++;
    view.kind = std::move(kind);
    view.collection = std::move(collection);
    view.started = std::chrono::system_clock::now();
    return running_.emplace_back(std::make_shared<Task>(std::move(view), background));
}

void Tasks::finish(Task& task, const Status& status) {
    task.end(status);
    const std::lock_guard lock(mutex_);
    const auto at = std::find_if(running_.begin(), running_.end(),
                                 [&](const auto& one) { return one.get() == &task; });
    if (at == running_.end()) return;
    ended_.push_front(std::move(*at));
    running_.erase(at);
    if (ended_.size() > options_.history) ended_.pop_back();
    if (task.is_background()) --background_;
}

std::vector<TaskView> Tasks::list() const {
    const std::lock_guard lock(mutex_);
    std::vector<TaskView> views;
    views.reserve(running_.size() + ended_.size());
    for (auto task = running_.rbegin(); task != running_.rend(); ++task)
        views.push_back((*task)->view());
    for (const auto& task : ended_) views.push_back(task->view());
    return views;
}

std::shared_ptr<Tasks::Task> Tasks::find_task(uint64_t id) const {
    const std::lock_guard lock(mutex_);
    const auto has_id = [&](const auto& task) { return task->view().id == id; };
    const auto running = std::find_if(running_.begin(), running_.end(), has_id);
    if (running != running_.end()) return *running;
    const auto ended = std::find_if(ended_.begin(), ended_.end(), has_id);
    return ended != ended_.end() ? *ended : nullptr;
}

Result<TaskView> Tasks::find(uint64_t id) const {
    const auto task = find_task(id);
    if (task == nullptr) return Status::not_found("no task " + std::to_string(id));
    return task->view();
}

Result<TaskView> Tasks::cancel(uint64_t id) {
    const auto task = find_task(id);
    if (task == nullptr) return Status::not_found("no task " + std::to_string(id));
    TaskView view = task->view();
    if (view.state != TaskState::kRunning) {
        return Status::already_exists("task " + std::to_string(id) + " has ended: it is " +
                                      std::string(task_state_name(view.state)));
    }
    task->cancel();
    return task->view();
}

void Tasks::stop(std::chrono::milliseconds grace) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    stopped_ = true;
    requests_end_ = (Steady::now() + grace).time_since_epoch().count();
    for (const auto& task : running_) {
        if (task->is_background()) task->cancel();
    }
}

}  // namespace temblor
