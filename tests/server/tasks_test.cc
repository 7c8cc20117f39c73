#include "server/tasks.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/server/test_server.h"

namespace temblor::testing {
namespace {

using std::chrono::milliseconds;

/// Runs until it is cancelled or let go.
struct Gate {
    std::atomic<bool> open{false};
    std::atomic<int> inside{0};

    Tasks::Work work() {
        return [this](Progress& progress) {
            ++inside;
            progress.report("at the gate", 1, 2);
            while (!open && !progress.cancelled()) std::this_thread::yield();
            --inside;
            return open ? Status::ok() : Status::cancelled("the gate stayed shut");
        };
    }
};

TEST(Tasks, OfRequestsAreListedAndEnd) {
    Tasks tasks;
    {
        Tasks::Running running = tasks.begin("index", "c");
        running.report("payloads", 3, 9);
        const TaskView view = tasks.find(1).value();
        EXPECT_EQ(view.kind, "index");
        EXPECT_EQ(view.collection, "c");
        EXPECT_EQ(view.stage, "payloads");
        EXPECT_EQ(view.done, 3U);
        EXPECT_EQ(view.total, 9U);
        EXPECT_EQ(view.state, TaskState::kRunning);
        EXPECT_FALSE(running.cancelled());
        EXPECT_TRUE(running.end(Status::ok()).is_ok());
        running.report("late", 0, 0);
    }
    EXPECT_EQ(tasks.find(1)->state, TaskState::kDone);
    EXPECT_EQ(tasks.find(1)->done, 9U);
    EXPECT_EQ(tasks.find(1)->stage, "payloads");
    EXPECT_EQ(tasks.cancel(1).status().code(), StatusCode::kAlreadyExists);
    EXPECT_EQ(tasks.cancel(2).status().code(), StatusCode::kNotFound);
    EXPECT_EQ(tasks.find(0).status().code(), StatusCode::kNotFound);
}

TEST(Tasks, WhatIsGivenUpOrFailsSaysWhy) {
    Tasks tasks;
    { const Tasks::Running running = tasks.begin("import", "c"); }
    EXPECT_EQ(tasks.find(1)->state, TaskState::kFailed);
    Tasks::Running running = tasks.begin("import", "c");
    EXPECT_EQ(running.end(Status::io_error("disk", 5)).code(), StatusCode::kIoError);
    EXPECT_EQ(tasks.find(2)->state, TaskState::kFailed);
    EXPECT_NE(tasks.find(2)->error.find("disk"), std::string::npos);
}

TEST(Tasks, AreCancelledByNameOrByTheirRequest) {
    Tasks tasks;
    bool gone = false;
    Tasks::Running running = tasks.begin("snapshot", "c", [&] { return gone; });
    EXPECT_FALSE(running.cancelled());
    gone = true;
    EXPECT_TRUE(running.cancelled());
    gone = false;
    EXPECT_TRUE(tasks.cancel(1)->cancelling);
    EXPECT_TRUE(running.cancelled());
    (void)running.end(Status::cancelled("asked"));
    EXPECT_EQ(tasks.find(1)->state, TaskState::kCancelled);
    EXPECT_FALSE(tasks.find(1)->cancelling);
}

TEST(Tasks, TheBackgroundIsBounded) {
    Tasks::Options options;
    options.threads = 1;
    options.waiting = 2;
    Gate gate;
    Tasks tasks(options);
    for (uint64_t i = 1; i <= 3; ++i)
        EXPECT_EQ(tasks.start("optimize", std::to_string(i), gate.work())->id, i);
    const auto refused = tasks.start("optimize", "4", gate.work());
    EXPECT_EQ(refused.status().code(), StatusCode::kUnavailable);
    EXPECT_TRUE(eventually([&] { return gate.inside == 1; }));
    EXPECT_EQ(tasks.find(2)->stage, "waiting");
    // One that waits ends without having begun.
    EXPECT_TRUE(tasks.cancel(2).is_ok());
    gate.open = true;
    EXPECT_TRUE(eventually([&] { return tasks.find(3)->state == TaskState::kDone; }));
    EXPECT_EQ(tasks.find(2)->state, TaskState::kCancelled);
    EXPECT_TRUE(tasks.start("optimize", "5", gate.work()).is_ok());
}

TEST(Tasks, OneAloneStandsForTheNext) {
    Gate gate;
    Tasks tasks;
    EXPECT_EQ(tasks.start("optimize", "a", gate.work(), true)->id, 1U);
    EXPECT_EQ(tasks.start("optimize", "a", gate.work(), true)->id, 1U);
    EXPECT_EQ(tasks.start("optimize", "b", gate.work(), true)->id, 2U);
    EXPECT_TRUE(tasks.cancel(1).is_ok());
    EXPECT_EQ(tasks.start("optimize", "a", gate.work(), true)->id, 3U);
}

TEST(Tasks, KeepsTheLastThatEnded) {
    Tasks::Options options;
    options.history = 3;
    Tasks tasks(options);
    Tasks::Running runs = tasks.begin("import", "c");
    for (int i = 0; i < 5; ++i) (void)tasks.begin("index", "c").end(Status::ok());
    std::vector<uint64_t> ids;
    for (const TaskView& view : tasks.list()) ids.push_back(view.id);
    EXPECT_EQ(ids, (std::vector<uint64_t>{1, 6, 5, 4}));
    (void)runs.end(Status::ok());
}

TEST(Tasks, ThrowingWorkFails) {
    Tasks tasks;
    EXPECT_TRUE(
        tasks.start("optimize", "c", [](Progress&) -> Status { throw std::bad_alloc(); }).is_ok());
    EXPECT_TRUE(eventually([&] { return tasks.find(1)->state == TaskState::kFailed; }));
}

TEST(Tasks, StoppingCancelsAndJoinsConcurrently) {
    Gate gate;
    {
        Tasks tasks;
        Tasks::Running running = tasks.begin("import", "c");
        for (int i = 0; i < 10; ++i)
            EXPECT_TRUE(tasks.start("optimize", std::to_string(i), gate.work()).is_ok());
        EXPECT_TRUE(eventually([&] { return gate.inside == 2; }));
        tasks.stop(milliseconds(0));
        EXPECT_TRUE(running.cancelled());
        EXPECT_EQ(tasks.start("optimize", "c", gate.work()).status().code(),
                  StatusCode::kUnavailable);
        (void)running.end(Status::cancelled("stopped"));
    }
    EXPECT_EQ(gate.inside, 0);
}

TEST(Tasks, RequestsHaveTimeToEnd) {
    Tasks tasks;
    Tasks::Running running = tasks.begin("restore", "c");
    tasks.stop(std::chrono::hours(1));
    EXPECT_FALSE(running.cancelled());
    (void)running.end(Status::ok());
}

TEST(Tasks, AreReportedListedAndCancelledConcurrently) {
    Tasks::Options options;
    options.history = 10;
    Tasks tasks(options);
    std::atomic<int> left{4};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (uint64_t i = 0; i < 100; ++i) {
                Tasks::Running running = tasks.begin("import", "c");
                running.report("lines", i, 100);
                (void)running.end(running.cancelled() ? Status::cancelled("asked") : Status::ok());
            }
            --left;
        });
    }
    uint64_t highest = 0;
    while (left > 0) {
        for (const TaskView& view : tasks.list()) {
            highest = std::max(highest, view.id);
            if (view.state == TaskState::kRunning) (void)tasks.cancel(view.id);
        }
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_LE(highest, 400U);
    EXPECT_EQ(tasks.list().size(), 10U);
}

}  // namespace
}  // namespace temblor::testing
