#include "server/http/admission.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace temblor::testing {
namespace {

using std::chrono::milliseconds;

/// Work that writes down what became of it.
Admission::Work noted(std::string& notes, char name) {
    return {[&notes, name] { notes += name; }, [&notes, name] { notes += {'-', name}; }};
}

TEST(AdmissionTest, SlotsThenAQueueThenNothing) {
    Admission admission(2, 1, milliseconds(60'000));
    std::string notes;
    for (const char name : {'a', 'b', 'c', 'd'}) {
        admission.add(noted(notes, name));
    }
    EXPECT_EQ(notes, "-d");  // two slots and one who waits
    Admission::Work first;
    Admission::Work second;
    Admission::Work third;
    ASSERT_TRUE(admission.start(first));
    EXPECT_FALSE(admission.is_full());
    ASSERT_TRUE(admission.start(second));
    EXPECT_TRUE(admission.is_full());
    EXPECT_FALSE(admission.start(third));
    first.run();
    second.run();
    ASSERT_TRUE(admission.next(second));
    second.run();
    EXPECT_EQ(notes, "-dabc");
    EXPECT_FALSE(admission.next(first));
    EXPECT_FALSE(admission.next(second));
    EXPECT_FALSE(admission.start(third));
    EXPECT_EQ(admission.running(), 0U);
}

TEST(AdmissionTest, WaitingTooLongIsRefused) {
    Admission admission(1, 10, milliseconds(20));
    std::string notes;
    Admission::Work work;
    admission.add(noted(notes, 'a'));
    ASSERT_TRUE(admission.start(work));
    for (const char name : {'b', 'c'}) admission.add(noted(notes, name));
    std::this_thread::sleep_for(milliseconds(30));
    admission.add(noted(notes, 'd'));
    ASSERT_TRUE(admission.next(work));
    work.run();
    EXPECT_EQ(notes, "-b-cd");
    EXPECT_FALSE(admission.next(work));
    admission.add(noted(notes, 'e'));
    std::this_thread::sleep_for(milliseconds(30));
    EXPECT_FALSE(admission.start(work));
    EXPECT_EQ(notes, "-b-cd-e");
    EXPECT_EQ(admission.running(), 0U);
}

TEST(AdmissionTest, WithoutAQueueWhatDoesNotRunIsRefused) {
    Admission admission(1, 0, milliseconds(1'000));
    std::string notes;
    Admission::Work work;
    admission.add(noted(notes, 'a'));
    EXPECT_TRUE(admission.start(work));
    admission.add(noted(notes, 'b'));
    EXPECT_EQ(notes, "-b");
    EXPECT_FALSE(admission.next(work));
    admission.add(noted(notes, 'c'));
    EXPECT_TRUE(admission.start(work));
    EXPECT_EQ(notes, "-b");
}

TEST(AdmissionTest, ConcurrentWorkIsDoneOnceAndNeverOverTheSlots) {
    constexpr uint32_t kSlots = 3;
    constexpr int kThreads = 8;
    constexpr int kEach = 500;
    Admission admission(kSlots, 4, milliseconds(60'000));
    std::atomic<uint32_t> now{0};
    std::atomic<uint32_t> most{0};
    std::atomic<int> done{0};
    std::atomic<int> refused{0};
    const auto run = [&] {
        const uint32_t running = ++now;
        uint32_t seen = most;
        while (running > seen && !most.compare_exchange_weak(seen, running)) {
        }
        std::this_thread::yield();
        ++done;
        --now;
    };
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < kEach; ++i) {
                Admission::Work work;
                admission.add({run, [&] { ++refused; }});
                if (!admission.start(work)) continue;
                do {
                    work.run();
                    admission.finish(work);
                } while (admission.next(work));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(done + refused, kThreads * kEach);
    EXPECT_LE(most, kSlots);
    EXPECT_EQ(admission.running(), 0U);
    EXPECT_EQ(admission.waiting(), 0U);
}

}  // namespace
}  // namespace temblor::testing
