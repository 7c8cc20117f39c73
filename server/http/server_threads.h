#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <boost/asio/io_context.hpp>

#include "server/http/admission.h"

namespace temblor {

/// The threads that read connections and run searches. There is one more than searches run at a
/// time. Each does what is due: at most one leads, that is, waits for events of connections and
/// handles them, whereby searches come to wait in the queue; one that finds a search there and a
/// slot for it gives the lead away and runs it; others sleep. So a request is read, searched and
/// answered by one thread which nobody had to wake, and when all are searching, each reads what has
/// come in between two searches. A search that takes long keeps nobody waiting: one that sleeps
/// looks every millisecond whether somebody has led.
///
/// Who leads polls for a while before it sleeps when the event before came soon: to be woken takes
/// tens of microseconds where a processor that idles is given back to a hypervisor. It yields to
/// everything else that could run.
class ServerThreads {
public:
    /// Searches come from `searches`, which has `slots`; it and `io` outlive this.
    ServerThreads(boost::asio::io_context& io, Admission& searches, uint32_t slots,
                  std::chrono::microseconds busy_poll);

    /// Until stop(); on slots + 1 threads, the caller's among them.
    void run();
    /// Stops `io`, too. Thread-safe.
    void stop();
    /// How many connections are open: with more than one, others may have something to read while
    /// a search runs. Thread-safe.
    void watch_connections(int change) { connections_ += change; }

private:
    using Clock = std::chrono::steady_clock;

    void work();
    bool take_lead();
    void give_lead();
    void handle_events();
    void wait_for_event();
    /// Sleeps until called, or until nobody has led for a while.
    void sleep();

    boost::asio::io_context& io_;
    Admission& searches_;
    const uint32_t slots_;
    const Clock::duration busy_poll_;
    std::atomic<int64_t> connections_{0};
    Clock::duration last_wait_ = Clock::duration::max();  ///< of who leads

    std::mutex mutex_;
    std::condition_variable called_;
    bool led_ = false;
    uint64_t leads_ = 0;  ///< how often the lead was taken
    uint32_t sleepers_ = 0;
    uint32_t calls_ = 0;    ///< sleepers who are to get up
    bool watched_ = false;  ///< a sleeper looks whether somebody leads
};

}  // namespace temblor
