#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "data/splitmix.h"
#include "tests/crash/server_process.h"
#include "tests/data/test_files.h"
#include "tests/sanitized.h"
#include "tests/server/raw_client.h"

namespace temblor::testing {
namespace {

constexpr uint64_t kClients = 8;
constexpr uint64_t kIdsEach = 200;

/// What the points of one client hold: the number in their payload, by id.
using Held = std::map<uint64_t, uint64_t>;

/// A client that writes points of its own, one request after the other, and remembers what was
/// answered.
class WritingClient {
public:
    WritingClient(uint64_t number, uint64_t seed) : number_(number), random_(seed) {}

    /// Until the server is gone.
    void write_to(uint16_t port) {
        RawClient client(port);
        while (true) {
            const std::string request = next();
            const RawAnswer answer = client.ask(request);
            if (answer.status == 0) return;
            // Too busy: refused whole.
            if (answer.status == 503) continue;
            EXPECT_EQ(answer.status, 200U) << answer.body;
            if (answer.status != 200) return;
            acknowledged_ = *then_;
            then_.reset();
        }
    }
    /// Everything acknowledged is held, and the request that had no answer whole or not at all.
    void expect_held(const Held& found) {
        if (then_ && found == *then_) acknowledged_ = *then_;
        then_.reset();
        EXPECT_EQ(found, acknowledged_) << "client " << number_;
    }
    [[nodiscard]] uint64_t requests() const { return requests_; }

private:
    std::string next() {
        ++requests_;
        then_ = acknowledged_;
        const uint64_t many = 1 + random_.below(20);
        std::string body;
        const bool erase = random_.below(5) == 0;
        for (uint64_t i = 0; i < many; ++i) {
            const uint64_t id = number_ * kIdsEach + random_.below(kIdsEach);
            body += i == 0 ? "" : ",";
            if (erase) {
                then_->erase(id);
                body += std::to_string(id);
            } else {
                (*then_)[id] = ++written_;
                body += fmt::format(
                    R"({{"id":{},"payload":{{"w":{}}},"vector":{{"s":{{"indices":[{},{}],"values":[1,{}]}}}}}})",
                    id, written_, written_ % 50, 100 + number_, 1 + written_ % 9);
            }
        }
        body = fmt::format(R"({{"points":[{}]}})", body);
        return erase ? post("/collections/c/points/delete", body)
                     : with_body("PUT", "/collections/c/points", body);
    }

    uint64_t number_;
    SplitMix random_;
    uint64_t written_ = 0;
    uint64_t requests_ = 0;
    Held acknowledged_;
    std::optional<Held> then_;  ///< when the request under way is done
};

/// The members "id" of a list of points, each once, with the number in their payload.
Held points_of(simdjson::dom::element list) {
    Held held;
    for (const simdjson::dom::element point : list.get_array()) {
        uint64_t number = 0;
        EXPECT_EQ(point["payload"]["w"].get(number), simdjson::SUCCESS);
        EXPECT_TRUE(held.emplace(point["id"].get_uint64().value(), number).second)
            << "id " << point["id"].get_uint64().value() << " given twice";
    }
    return held;
}

class ServerKillTest : public FolderTest {
protected:
    void expect_whole(uint16_t port) {
        RawClient client(port);
        simdjson::dom::parser parser;
        const RawAnswer scrolled =
            client.ask(post("/collections/c/points/scroll", R"({"limit":10000})"));
        ASSERT_EQ(scrolled.status, 200U) << scrolled.body;
        const Held all = points_of(parser.parse(scrolled.body)["result"]["points"]);

        std::vector<Held> by_client(kClients);
        for (const auto& [id, number] : all) {
            ASSERT_LT(id / kIdsEach, kClients);
            by_client[id / kIdsEach].emplace(id, number);
        }
        for (uint64_t c = 0; c < kClients; ++c) clients_[c].expect_held(by_client[c]);

        const RawAnswer counted = client.ask(post("/collections/c/points/count", "{}"));
        EXPECT_EQ(parser.parse(counted.body)["result"]["count"].get_uint64().value(), all.size());

        const RawAnswer searched = client.ask(post(
            "/collections/c/points/query",
            R"({"query":{"indices":[100,101,102,103,104,105,106,107],"values":[1,1,1,1,1,1,1,1]},)"
            R"("using":"s","limit":10000,"params":{"exact":true},"with_payload":true})"));
        ASSERT_EQ(searched.status, 200U) << searched.body;
        EXPECT_EQ(points_of(parser.parse(searched.body)["result"]["points"]), all);
    }

    std::vector<WritingClient> clients_;
};

TEST_F(ServerKillTest, NothingAcknowledgedIsLostThroughHttp) {
    const uint64_t seed = from_environment("TEMBLOR_SEED", 1);
    const uint64_t kills = from_environment("TEMBLOR_KILLS", all_or_some(50, 15));
    fmt::print("TEMBLOR_SEED={}, {} kills\n", seed, kills);
    SplitMix random(seed);
    for (uint64_t c = 0; c < kClients; ++c) clients_.emplace_back(c, random.next());

    auto server = std::make_unique<ServerProcess>(path("data"), path("log"));
    ASSERT_NE(server->port(), 0) << slurp(path("log"));
    const RawAnswer made =
        RawClient(server->port())
            .ask(with_body("PUT", "/collections/c", R"({"sparse_vectors":{"s":{}}})"));
    ASSERT_EQ(made.status, 200U) << made.body;
    for (uint64_t k = 0; k < kills && !HasFailure(); ++k) {
        SCOPED_TRACE("kill " + std::to_string(k));
        std::vector<std::thread> threads;
        for (WritingClient& client : clients_) {
            threads.emplace_back([&client, port = server->port()] { client.write_to(port); });
        }
        std::this_thread::sleep_for(std::chrono::microseconds(20'000 + random.below(130'000)));
        server->kill();
        for (std::thread& thread : threads) thread.join();
        server = std::make_unique<ServerProcess>(path("data"), path("log"));
        ASSERT_NE(server->port(), 0) << slurp(path("log"));
        expect_whole(server->port());
    }
    uint64_t requests = 0;
    for (const WritingClient& client : clients_) requests += client.requests();
    fmt::print("{} requests\n", requests);
    EXPECT_GE(requests, kills);
}

}  // namespace
}  // namespace temblor::testing
