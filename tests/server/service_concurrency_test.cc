// Searches while points are written, over HTTP; for ThreadSanitizer.

#include <atomic>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "tests/data/test_files.h"
#include "tests/server/test_service.h"

namespace temblor::testing {
namespace {

using ServiceConcurrentTest = FolderTest;

std::string sparse(SplitMix& random) {
    const uint64_t first = random.below(30);
    return fmt::format(R"({{"indices":[{},{}],"values":[1,{}]}})", first,
                       first + 1 + random.below(5), 1 + random.below(9));
}

std::string upsert(SplitMix& random) {
    std::string points;
    for (int i = 0; i < 20; ++i) {
        points +=
            fmt::format(R"({}{{"id":{},"payload":{{"n":{}}},"vector":{{"s":{},"d":[1,{}]}}}})",
                        i == 0 ? "" : ",", random.below(500), random.below(10), sparse(random),
                        random.below(100));
    }
    return "{\"points\":[" + points + "]}";
}

std::string query(SplitMix& random) {
    const std::string nearest = R"({"using":"s","query":)" + sparse(random) + "}";
    switch (random.below(4)) {
        case 0:
            return R"({"using":"s","with_payload":true,"filter":{"must":[{"key":"n","match":)"
                   R"({"value":3}}]},"query":)" +
                   sparse(random) + "}";
        case 1:
            return R"({"query":{"fusion":"rrf"},"with_vector":true,"prefetch":[)" + nearest +
                   R"(,{"using":"d","query":[0.5,1]}]})";
        case 2:
            return R"({"using":"d","query":[1,2],"prefetch":)" + nearest + "}";
        default:
            return nearest;
    }
}

TEST_F(ServiceConcurrentTest, SearchesWhilePointsAreWritten) {
    constexpr uint64_t kSeed = 23;
    TestService service(path("data"), {});
    ASSERT_EQ(service
                  .ask("PUT", "/collections/c",
                       R"({"vectors":{"d":{"size":2,"distance":"Dot"}},"sparse_vectors":{"s":{}}})")
                  .status,
              200U);
    std::atomic<int> writers{2};
    std::vector<std::thread> threads;
    for (uint64_t w = 0; w < 2; ++w) {
        threads.emplace_back([&, w] {
            SplitMix random(kSeed + w);
            RawClient client(service.port());
            for (int i = 0; i < 40; ++i) {
                const RawAnswer answer =
                    client.ask(with_body("PUT", "/collections/c/points?wait=true", upsert(random)));
                EXPECT_EQ(answer.status, 200U) << answer.body;
                if (i % 10 == 9) {
                    EXPECT_EQ(client
                                  .ask(post("/collections/c/points/delete",
                                            fmt::format(R"({{"points":[{}]}})", random.below(500))))
                                  .status,
                              200U);
                }
            }
            --writers;
        });
    }
    for (uint64_t r = 0; r < 3; ++r) {
        threads.emplace_back([&, r] {
            SplitMix random(kSeed + 100 + r);
            RawClient client(service.port());
            while (writers > 0) {
                const std::string body = query(random);
                const RawAnswer answer = client.ask(post("/collections/c/points/query", body));
                EXPECT_EQ(answer.status, 200U) << body << answer.body;
                EXPECT_EQ(client.ask(post("/collections/c/points/scroll", "")).status, 200U);
                EXPECT_EQ(client.ask(post("/collections/c/facet", R"({"key":"n"})")).status, 200U);
                EXPECT_EQ(client.ask(get("/metrics")).status, 200U);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace temblor::testing
