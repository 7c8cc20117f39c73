// Many clients at a time; for ThreadSanitizer.

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "tests/server/raw_client.h"
#include "tests/server/test_server.h"

namespace temblor::testing {
namespace {

TEST(HttpConcurrentTest, ClientsOfEveryKind) {
    constexpr uint64_t kSeed = 17;
    constexpr uint64_t kClients = 6;
    TestServer server;
    server.open_gate();
    std::vector<std::thread> threads;
    for (uint64_t c = 0; c < kClients; ++c) {
        threads.emplace_back([&, c] {
            SplitMix random(kSeed + c);
            for (int connection = 0; connection < 10; ++connection) {
                RawClient client(server.port());
                for (uint64_t i = random.below(12); i > 0; --i) {
                    const std::string body(random.below(100'000), 'x');
                    switch (random.below(6)) {
                        case 0:
                            EXPECT_EQ(client.ask(post("/upload", body)).body,
                                      std::to_string(body.size()) + " bytes");
                            break;
                        case 1:
                            EXPECT_EQ(client.ask(get("/pieces")).body.size(), 100'000U);
                            break;
                        case 2:
                            EXPECT_EQ(client.ask(post("/wait", body)).body, "waited");
                            break;
                        case 3:
                            EXPECT_EQ(client.ask(get("/file")).body.size(), 100'000U);
                            break;
                        default:
                            EXPECT_EQ(client.ask(post("/echo", body)).body, body);
                    }
                }
                // Some leave without their answer.
                if (random.below(3) == 0) client.send(post("/upload", "some"));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(HttpConcurrentTest, StoppingUnderLoad) {
    for (int round = 0; round < 5; ++round) {
        TestServer server;
        server.open_gate();
        std::atomic<uint32_t> answers{0};
        std::vector<std::unique_ptr<RawClient>> clients;
        for (int c = 0; c < 4; ++c) clients.push_back(std::make_unique<RawClient>(server.port()));
        std::vector<std::thread> threads;
        for (size_t c = 0; c < clients.size(); ++c) {
            threads.emplace_back([&, c] {
                RawClient& client = *clients[c];
                while (true) {
                    const RawAnswer answer =
                        client.ask(c % 2 == 0 ? post("/echo", "x") : post("/wait", "x"));
                    if (answer.status == 0) break;
                    EXPECT_EQ(answer.status, 200U);
                    ++answers;
                }
                client.close();
            });
        }
        EXPECT_TRUE(eventually([&] { return answers > 50; }));
        server.stop();
        server.join();
        for (std::thread& thread : threads) thread.join();
        EXPECT_EQ(server.connections(), 0U);
    }
}

}  // namespace
}  // namespace temblor::testing
