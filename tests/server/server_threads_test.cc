#include "server/http/server_threads.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <thread>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace temblor::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr uint32_t kSlots = 2;

/// Threads that run until the test ends.
class ServerThreadsTest : public ::testing::TestWithParam<int> {
protected:
    ServerThreadsTest() : runner_([this] { threads_.run(); }) {}
    ~ServerThreadsTest() override {
        threads_.stop();
        runner_.join();
    }

    /// As a connection that has read a request.
    void request(std::function<void()> search) {
        boost::asio::post(io_, [this, search = std::move(search)] {
            searches_.add({search, [this] { ++refused_; }});
        });
    }

    boost::asio::io_context io_;
    Admission searches_{kSlots, 10'000, milliseconds(60'000)};
    ServerThreads threads_{io_, searches_, kSlots, microseconds(GetParam())};
    std::atomic<int> refused_{0};
    std::thread runner_;
};

TEST_P(ServerThreadsTest, EverySearchRunsOnceAndNeverMoreThanSlots) {
    constexpr int kRequests = 2'000;
    threads_.watch_connections(10);
    std::latch done(kRequests);
    std::atomic<uint32_t> now{0};
    std::atomic<uint32_t> most{0};
    std::atomic<int> ran{0};
    for (int i = 0; i < kRequests; ++i) {
        request([&] {
            const uint32_t running = ++now;
            uint32_t seen = most;
            while (running > seen && !most.compare_exchange_weak(seen, running)) {
            }
            std::this_thread::yield();
            --now;
            ++ran;
            done.count_down();
        });
        // Now and then there is nothing to do.
        while (i % 100 == 0 && ran <= i) std::this_thread::yield();
    }
    done.wait();
    EXPECT_LE(most, kSlots);
    EXPECT_EQ(refused_, 0);
}

TEST_P(ServerThreadsTest, EventsAreHandledWhileAllSlotsSearch) {
    std::latch started(kSlots);
    std::latch end(1);
    std::latch ended(kSlots);
    for (uint32_t i = 0; i < kSlots; ++i) {
        request([&] {
            started.count_down();
            end.wait();
            ended.count_down();
        });
    }
    started.wait();
    for (int i = 0; i < 3; ++i) {  // each takes the one who sleeps a look or two
        std::latch handled(1);
        boost::asio::post(io_, [&] { handled.count_down(); });
        handled.wait();
    }
    end.count_down();
    ended.wait();
}

TEST_P(ServerThreadsTest, ALongSearchOfTheOnlyConnectionKeepsNothingWaiting) {
    threads_.watch_connections(1);
    std::latch started(1);
    std::latch end(1);
    std::latch ended(1);
    std::latch other(1);
    request([&] {
        started.count_down();
        end.wait();
        ended.count_down();
    });
    started.wait();
    request([&] { other.count_down(); });
    other.wait();
    end.count_down();
    ended.wait();
}

TEST_P(ServerThreadsTest, WhatWaitsAtTheEndIsRun) {
    std::latch started(kSlots);
    std::latch end(1);
    std::atomic<int> ran{0};
    for (uint32_t i = 0; i < kSlots; ++i) {
        request([&] {
            started.count_down();
            end.wait();
            ++ran;
        });
    }
    started.wait();
    for (int i = 0; i < 5; ++i) request([&] { ++ran; });
    while (searches_.waiting() < 5) std::this_thread::yield();
    threads_.stop();
    end.count_down();
    runner_.join();
    EXPECT_EQ(ran, static_cast<int>(kSlots) + 5);
    runner_ = std::thread([] {});
}

INSTANTIATE_TEST_SUITE_P(BusyPoll, ServerThreadsTest, ::testing::Values(0, 200));

}  // namespace
}  // namespace temblor::testing
