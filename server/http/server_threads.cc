#include "server/http/server_threads.h"

#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>

namespace temblor {
namespace {

constexpr int kEventsAtOnce = 64;
constexpr auto kWatch = std::chrono::milliseconds(1);
/// With nothing to do for so many looks, the one who watches sleeps until called.
constexpr int kQuietLooks = 20;
/// Events that come further apart are not worth a second thread during a search.
constexpr auto kOften = std::chrono::milliseconds(1);

}  // namespace

ServerThreads::ServerThreads(boost::asio::io_context& io, Admission& searches, uint32_t slots,
                             std::chrono::microseconds busy_poll)
    : io_(io), searches_(searches), slots_(slots), busy_poll_(busy_poll) {}

void ServerThreads::run() {
    const auto guard = boost::asio::make_work_guard(io_);
    std::vector<std::thread> threads;
    for (uint32_t t = 0; t < slots_; ++t) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
}

void ServerThreads::stop() {
    io_.stop();
    const std::lock_guard lock(mutex_);
    called_.notify_all();
}

void ServerThreads::work() {
    Admission::Work search;
    bool leads = false;
    bool has_slot = false;
    while (!io_.stopped()) {
        leads = leads || take_lead();
        if (leads) handle_events();
        has_slot = has_slot ? searches_.next(search) : searches_.start(search);
        if (has_slot) {
            if (std::exchange(leads, false)) give_lead();
            search.run();
            searches_.finish(search);
        } else if (!leads) {
            sleep();
        } else if (searches_.is_full()) {  // each of them reads when it has done a search
            leads = false;
            give_lead();
            sleep();
        } else {
            wait_for_event();
        }
    }
    while (has_slot ? searches_.next(search) : searches_.start(search)) {
        has_slot = true;
        search.run();
        searches_.finish(search);
    }
}

bool ServerThreads::take_lead() {
    const std::lock_guard lock(mutex_);
    if (led_) return false;
    ++leads_;
    return led_ = true;
}

void ServerThreads::give_lead() {
    const bool others = connections_ > 1 && last_wait_ < kOften;
    const bool work_for_others = (others || searches_.waiting() > 0) && !searches_.is_full();
    {
        const std::lock_guard lock(mutex_);
        led_ = false;
        if (sleepers_ <= calls_ || (watched_ && !work_for_others)) return;
        ++calls_;
    }
    called_.notify_one();
}

void ServerThreads::handle_events() {
    for (int i = 0; i < kEventsAtOnce && io_.poll_one() > 0; ++i) {
    }
}

void ServerThreads::wait_for_event() {
    const auto begin = Clock::now();
    auto now = begin;
    if (last_wait_ <= busy_poll_) {
        while (io_.poll_one() == 0) {
            if (io_.stopped()) return;
            std::this_thread::yield();
            now = Clock::now();
            if (now - begin > busy_poll_) break;
        }
        if (now - begin <= busy_poll_) {
            last_wait_ = now - begin;
            return;
        }
    }
    io_.run_one();
    last_wait_ = Clock::now() - begin;
}

void ServerThreads::sleep() {
    std::unique_lock lock(mutex_);
    if (!led_ && !searches_.is_full()) return;  // the lead was given away just now
    ++sleepers_;
    int quiet = 0;
    while (calls_ == 0 && !io_.stopped()) {
        if (watched_ || quiet == kQuietLooks) {
            called_.wait(lock);
            continue;
        }
        const uint64_t leads = leads_;
        watched_ = true;
        called_.wait_for(lock, kWatch);
        watched_ = false;
        if (leads_ != leads) {
            quiet = 0;
        } else if (led_) {
            ++quiet;
        } else {
            break;
        }
    }
    if (calls_ > 0) --calls_;
    --sleepers_;
}

}  // namespace temblor
