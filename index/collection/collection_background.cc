#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "index/collection/collection_impl.h"

namespace temblor {
namespace {

constexpr int kNice = 10;
constexpr std::chrono::milliseconds kRetry{500};

/// Building gives way to searching. Threads of the build inherit it.
void be_nice() { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), kNice); }

}  // namespace

/// Shows in background() what a thread is doing; ends its work when the collection is closed.
class Collection::Impl::BackgroundProgress final : public Progress {
public:
    BackgroundProgress(Impl& impl, CollectionWork& shown) : impl_(impl), shown_(shown) {}

    /// From here on the work is of this kind; an empty one is none.
    void begin(std::string kind) {
        const std::lock_guard lock(impl_.work_mutex);
        shown_ = {};
        shown_.kind = std::move(kind);
    }
    void report(std::string_view stage, uint64_t done, uint64_t total) override {
        const std::lock_guard lock(impl_.work_mutex);
        if (shown_.stage.empty()) shown_.started = std::chrono::system_clock::now();
        shown_.stage = stage;
        shown_.done = done;
        shown_.total = total;
    }
    [[nodiscard]] bool cancelled() const override { return impl_.cancel; }

private:
    Impl& impl_;
    CollectionWork& shown_;  ///< guarded by work_mutex
};

void Collection::Impl::wake() {
    const std::lock_guard lock(work_mutex);
    ++work_round;
    work_changed.notify_all();
}

void Collection::Impl::start_background() {
    if (!options.background) return;
    {
        const std::lock_guard lock(work_mutex);
        scrub_due = options.scrub;
        ++work_round;
    }
    sealer = std::thread([this] { run_sealer(); });
    merger = std::thread([this] { run_merger(); });
}

void Collection::Impl::stop_background() {
    cancel = true;
    {
        const std::lock_guard lock(work_mutex);
        stopping = true;
        work_changed.notify_all();
    }
    if (sealer.joinable()) sealer.join();
    if (merger.joinable()) merger.join();
    cancel = false;
}

void Collection::Impl::run_sealer() {
    be_nice();
    BackgroundProgress progress(*this, background[0]);
    std::unique_lock lock(work_mutex);
    while (!stopping) {
        if (sealer_seen == work_round) {
            work_changed.wait(lock, [&] { return stopping || sealer_seen != work_round; });
            continue;
        }
        const uint64_t round = work_round;
        ++busy;
        lock.unlock();
        progress.begin("seal");
        Result<bool> sealed = seal_oldest(progress);
        progress.begin({});
        lock.lock();
        --busy;
        if (sealed.is_ok()) seal_error.clear();
        if (!sealed.is_ok()) {
            if (!stopping) seal_error = sealed.status().message();
            work_changed.notify_all();
            work_changed.wait_for(lock, kRetry, [&] { return stopping; });
        } else if (*sealed) {
            ++work_round;  // room for writers, something to merge
            work_changed.notify_all();
        } else {
            sealer_seen = round;
            work_changed.notify_all();
        }
    }
}

void Collection::Impl::run_merger() {
    be_nice();
    BackgroundProgress progress(*this, background[1]);
    std::unique_lock lock(work_mutex);
    while (!stopping) {
        if (merger_seen == work_round) {
            work_changed.wait(lock, [&] { return stopping || merger_seen != work_round; });
            continue;
        }
        const uint64_t round = work_round;
        const bool scrub = scrub_due;
        scrub_due = false;
        ++busy;
        lock.unlock();
        const auto work = [&]() -> Result<bool> {
            progress.begin("rebuild");
            TEMBLOR_ASSIGN_OR_RETURN(const bool rebuilt, rebuild_missing(progress));
            if (rebuilt) return true;
            progress.begin("merge");
            TEMBLOR_ASSIGN_OR_RETURN(const bool merged, merge_once(progress));
            if (merged) return true;
            progress.begin("index");
            TEMBLOR_RETURN_IF_ERROR(build_missing_indexes(progress));
            if (!scrub) return false;
            progress.begin("check");
            std::vector<std::string> findings;
            TEMBLOR_RETURN_IF_ERROR(verify_segments(progress, findings));
            return !findings.empty();
        };
        Result<bool> worked = work();
        progress.begin({});
        lock.lock();
        --busy;
        if (worked.is_ok()) merge_error.clear();
        // A scrub comes after all other work.
        if (scrub && (!worked.is_ok() || *worked)) scrub_due = true;
        if (!worked.is_ok()) {
            if (!stopping) merge_error = worked.status().message();
            work_changed.notify_all();
            work_changed.wait_for(lock, kRetry, [&] { return stopping; });
        } else if (*worked) {
            work_changed.notify_all();
        } else {
            merger_seen = round;
            work_changed.notify_all();
        }
    }
}

Status Collection::Impl::wait_for_room(std::chrono::microseconds& waited) {
    const auto must_wait = [&] {
        const std::shared_ptr<const Version> now = version();
        return now->memtables.size() > options.waiting_memtables &&
               is_full(*now->memtables.back().memtable);
    };
    if (!must_wait()) return Status::ok();
    const auto begin = std::chrono::steady_clock::now();
    const auto took = [&] {
        return std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - begin);
    };
    if (!options.background) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool sealed, seal_oldest(no_progress()));
        (void)sealed;
    } else {
        std::unique_lock lock(work_mutex);
        work_changed.wait_until(lock, begin + options.write_deadline,
                                [&] { return stopping || !must_wait(); });
    }
    waited = took();
    if (must_wait()) {
        const std::lock_guard lock(work_mutex);
        return Status::unavailable(
            folder + ": writes are refused: sealing is behind by " +
            std::to_string(options.waiting_memtables) + " full memtables" +
            (background_error().empty() ? std::string() : " (" + background_error() + ")") +
            "; try again later");
    }
    const std::lock_guard lock(commit_mutex);
    Version next = *version();
    if (is_full(*active) && next.memtables.size() <= options.waiting_memtables) {
        rotate(next);
        publish(std::move(next));
        wake();
    }
    return Status::ok();
}

}  // namespace temblor
