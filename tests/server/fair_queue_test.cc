#include "server/http/fair_queue.h"

#include <chrono>
#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace temblor::testing {
namespace {

using std::chrono::milliseconds;

/// A server of one thread in simulated time, where connections ask again as soon as they were
/// answered or refused, or every so often.
class SimulatedServer {
public:
    struct Caller {
        RequestSource source;
        milliseconds cost;
        milliseconds pause;  ///< from an answer to the next request
    };
    struct Served {
        int answers = 0;
        int refusals = 0;
        milliseconds time{0};
        milliseconds longest_wait{0};
        milliseconds waited{0};
    };

    explicit SimulatedServer(size_t limit) : limit_(limit) {}

    void add(const Caller& caller) {
        callers_.push_back(caller);
        due_.push_back(now_);
    }

    std::vector<Served> run(milliseconds length) {
        std::vector<Served> served(callers_.size());
        const auto end = now_ + length;
        while (now_ < end) {
            arrive(served);
            auto work = queue_.pop();
            if (!work) {
                now_ += milliseconds(1);
                continue;
            }
            const size_t i = index_.at(work->source.connection);
            Served& s = served[i];
            ++s.answers;
            s.time += callers_[i].cost;
            s.longest_wait = std::max(s.longest_wait,
                                      std::chrono::duration_cast<milliseconds>(now_ - work->since));
            now_ += callers_[i].cost;
            queue_.charge(work->source, callers_[i].cost);
            due_[i] = now_ + callers_[i].pause;
        }
        return served;
    }

private:
    void arrive(std::vector<Served>& served) {
        for (size_t i = 0; i < callers_.size(); ++i) {
            if (due_[i] > now_) continue;
            index_[callers_[i].source.connection] = i;
            due_[i] = FairQueue::Clock::time_point::max();
            WaitingWork work;
            work.source = callers_[i].source;
            work.since = now_;
            const auto refused = queue_.push(std::move(work), limit_);
            if (!refused) continue;
            const size_t who = index_.at(refused->source.connection);
            ++served[who].refusals;
            due_[who] = now_ + milliseconds(1);
        }
    }

    const size_t limit_;
    FairQueue queue_;
    FairQueue::Clock::time_point now_{};
    std::vector<Caller> callers_;
    std::vector<FairQueue::Clock::time_point> due_;
    std::map<uint64_t, size_t> index_;
};

TEST(FairQueueTest, WhoAsksForLittleDoesNotWaitForThoseWhoAskForMuch) {
    SimulatedServer server(1'000);
    for (uint64_t i = 1; i <= 100; ++i) server.add({{1, i}, milliseconds(2), milliseconds(0)});
    server.add({{1, 1'000}, milliseconds(2), milliseconds(1'000)});  // same address
    server.add({{2, 2'000}, milliseconds(2), milliseconds(10)});     // another address
    const auto served = server.run(milliseconds(20'000));
    EXPECT_GE(served[100].answers, 19);
    EXPECT_GE(served[101].answers, 1'500);
    EXPECT_LE(served[101].longest_wait, milliseconds(6));
    // The first request waits for those of 100 others.
    EXPECT_LE(served[100].waited - served[100].longest_wait, milliseconds(4 * 20));
}

TEST(FairQueueTest, TimeIsShared) {
    SimulatedServer server(1'000);
    server.add({{1, 1}, milliseconds(10), milliseconds(0)});
    for (uint64_t i = 2; i < 20; ++i) server.add({{2, i}, milliseconds(1), milliseconds(0)});
    const auto served = server.run(milliseconds(20'000));
    EXPECT_NEAR(static_cast<double>(served[0].time.count()), 10'000, 200);
    for (size_t i = 1; i < served.size(); ++i) {
        EXPECT_NEAR(static_cast<double>(served[i].time.count()), 10'000.0 / 18, 30) << i;
    }
}

TEST(FairQueueTest, NewConnectionsDoNotOvertakeForEver) {
    FairQueue queue;
    const auto push = [&](uint64_t connection) {
        WaitingWork work;
        work.source = {1, connection};
        EXPECT_FALSE(queue.push(std::move(work), 1'000));
    };
    int old = 0;
    push(1);
    for (uint64_t connection = 2; connection < 2'000; ++connection) {
        if (queue.size() < 500) push(connection);
        const auto work = queue.pop();
        ASSERT_TRUE(work);
        queue.charge(work->source, milliseconds(1));
        if (work->source.connection == 1) {
            ++old;
            push(1);
        } else {
            queue.forget(work->source);
        }
    }
    EXPECT_GE(old, 900);
}

TEST(FairQueueTest, TheHeaviestGoesWhenItIsFull) {
    SimulatedServer server(20);
    for (uint64_t i = 1; i <= 40; ++i) server.add({{1, i}, milliseconds(2), milliseconds(0)});
    server.add({{2, 100}, milliseconds(2), milliseconds(20)});
    const auto served = server.run(milliseconds(10'000));
    EXPECT_EQ(served[40].refusals, 0);
    EXPECT_GE(served[40].answers, 380);
    for (size_t i = 0; i < 40; ++i) EXPECT_GT(served[i].answers, 0) << i;
}

TEST(FairQueueTest, TheOldestGoFirstWhenTheyWaitTooLong) {
    FairQueue queue;
    const FairQueue::Clock::time_point start{};
    for (uint64_t i = 0; i < 4; ++i) {
        WaitingWork work;
        work.source = {i % 2, i + 1};
        work.since = start + milliseconds(i);
        EXPECT_FALSE(queue.push(std::move(work), 10));
    }
    EXPECT_EQ(queue.pop_older_than(start + milliseconds(2))->source.connection, 1U);
    EXPECT_EQ(queue.pop_older_than(start + milliseconds(2))->source.connection, 2U);
    EXPECT_FALSE(queue.pop_older_than(start + milliseconds(2)));
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_TRUE(queue.pop());
    EXPECT_TRUE(queue.pop());
    EXPECT_FALSE(queue.pop());
    queue.forget({7, 7});
}

}  // namespace
}  // namespace temblor::testing
