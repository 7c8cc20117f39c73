// Limits and deadlines of a server, and what it does when it is full or told to stop.

#include <gtest/gtest.h>

#include "tests/data/test_files.h"
#include "tests/server/raw_client.h"
#include "tests/server/test_server.h"

namespace temblor::testing {
namespace {

using std::chrono::milliseconds;

TestServerOptions with(const std::function<void(ServerLimits&)>& set) {
    TestServerOptions options;
    set(options.limits);
    return options;
}

const std::string kWait = post("/wait", "");

TEST(HttpLimitsTest, ALengthOverTheLimitIsRefusedBeforeTheBody) {
    TestServer server(with([](ServerLimits& l) { l.body_bytes = 1000; }));
    RawClient patient(server.port());
    const RawAnswer early =
        patient.ask("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1001\r\n\r\n");
    EXPECT_EQ(early.status, 413U);
    EXPECT_NE(early.body.find("1001 bytes"), std::string::npos) << early.body;
    // Readable also by those who go on writing.
    RawClient writing(server.port());
    EXPECT_TRUE(writing.send(post("/echo", std::string(8 << 20, 'x'))));
    EXPECT_EQ(writing.answer().status, 413U);
    EXPECT_TRUE(writing.is_at_end());
    EXPECT_EQ(RawClient(server.port()).ask(post("/echo", std::string(1000, 'x'))).status, 200U);
    EXPECT_EQ(RawClient(server.port())
                  .ask("POST /v1/echo HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n")
                  .headers.at("content-type"),
              "application/problem+json");
    EXPECT_EQ(server.handled(), 1U);
}

TEST(HttpLimitsTest, ChunksAndCodedBodiesHaveTheSameLimit) {
    TestServer server(with([](ServerLimits& l) { l.body_bytes = 1000; }));
    std::string chunks = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 3; ++i) chunks += "190\r\n" + std::string(400, 'c') + "\r\n";
    EXPECT_EQ(RawClient(server.port()).ask(chunks).status, 413U);
    EXPECT_EQ(RawClient(server.port())
                  .ask("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "ffffffffffffffff\r\nab")
                  .status,
              413U);
    const std::string bomb = compress(std::string(200'000, '\0'), "gzip");
    ASSERT_LT(bomb.size(), 1000U);
    EXPECT_EQ(
        RawClient(server.port()).ask(post("/echo", bomb, "Content-Encoding: gzip\r\n")).status,
        413U);
    EXPECT_EQ(server.handled(), 0U);
}

TEST(HttpLimitsTest, StreamedBodiesHaveALimitOfTheirOwn) {
    TestServer server(with([](ServerLimits& l) {
        l.body_bytes = 1000;
        l.stream_bytes = 100'000;
    }));
    RawClient client(server.port());
    EXPECT_EQ(client.ask(post("/upload", std::string(100'000, 'x'))).body, "100000 bytes");
    EXPECT_EQ(client.ask(post("/upload", std::string(100'001, 'x'))).status, 413U);
    EXPECT_TRUE(client.is_at_end());
    EXPECT_EQ(server.handled(), 1U);
    // Chunks are counted as they come.
    std::string chunks = "POST /upload HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 101; ++i) chunks += "3e8\r\n" + std::string(1000, 'c') + "\r\n";
    EXPECT_EQ(RawClient(server.port()).ask(chunks + "0\r\n\r\n").status, 413U);
}

TEST(HttpLimitsTest, LargeHeadersAreRefused) {
    TestServer server(with([](ServerLimits& l) { l.header_bytes = 2000; }));
    EXPECT_EQ(
        RawClient(server.port()).ask(get("/hello", "X: " + std::string(1000, 'x') + "\r\n")).status,
        200U);
    EXPECT_EQ(
        RawClient(server.port()).ask(get("/hello", "X: " + std::string(3000, 'x') + "\r\n")).status,
        431U);
    EXPECT_EQ(RawClient(server.port()).ask(get("/" + std::string(30'000, 'x'))).status, 431U);
}

TEST(HttpLimitsTest, SlowHeadersEnd) {
    TestServer server(with([](ServerLimits& l) { l.header_time = milliseconds(60); }));
    RawClient client(server.port());
    client.send("GET /hello HTTP/1.1\r\nX: ");
    // A byte now and then does not help.
    bool sent = true;
    const auto begin = std::chrono::steady_clock::now();
    while (sent && std::chrono::steady_clock::now() - begin < milliseconds(40)) {
        sent = client.send("x");
        std::this_thread::sleep_for(milliseconds(10));
    }
    EXPECT_EQ(client.answer().status, 408U);
    EXPECT_TRUE(client.is_at_end());
    client.close();
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(HttpLimitsTest, SlowBodiesEnd) {
    TestServer server(with([](ServerLimits& l) { l.body_time = milliseconds(60); }));
    for (const char* path : {"/echo", "/upload"}) {
        RawClient client(server.port());
        client.send("POST " + std::string(path) +
                    " HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nab");
        const RawAnswer answer = client.answer();
        if (path == std::string("/echo")) {
            EXPECT_EQ(answer.status, 408U);
        }
        EXPECT_TRUE(client.is_at_end());
    }
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
    // Streamed bodies have a deadline for the whole of them, too.
    RawClient trickling(server.port());
    trickling.send("POST /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n");
    const auto begin = std::chrono::steady_clock::now();
    while (trickling.send("x") && server.connections() == 1 &&
           std::chrono::steady_clock::now() - begin < std::chrono::seconds(5)) {
        std::this_thread::sleep_for(milliseconds(10));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
}

TEST(HttpLimitsTest, WhatHasComeBuysTimeAtTheRate) {
    // A tenth of a second, and one more for each `rate` bytes.
    const auto with_rate = [](uint64_t rate) {
        return with([&](ServerLimits& l) {
            l.body_time = milliseconds(100);
            l.body_rate = rate;
        });
    };
    TestServer lenient(with_rate(100));
    TestServer strict(with_rate(1 << 20));
    for (const char* path : {"/echo", "/upload"}) {
        const std::string most = "POST " + std::string(path) +
                                 " HTTP/1.1\r\nHost: t\r\nContent-Length: 3000\r\n\r\n" +
                                 std::string(2999, 'x');
        RawClient waiting(lenient.port());
        waiting.send(most);
        RawClient slow(strict.port());
        slow.send(most);
        const RawAnswer answer = slow.answer();  // comes when the time is over, for both
        EXPECT_NE(answer.status, 200U) << path;
        EXPECT_TRUE(slow.is_at_end());
        EXPECT_EQ(waiting.ask("x").status, 200U) << path;
    }
}

TEST(HttpLimitsTest, IdleConnectionsEnd) {
    TestServer server(with([](ServerLimits& l) { l.idle_time = milliseconds(50); }));
    RawClient silent(server.port());
    RawClient used(server.port());
    EXPECT_EQ(used.ask(get("/hello")).body, "hello");
    EXPECT_TRUE(silent.is_at_end());
    EXPECT_TRUE(used.is_at_end());
}

TEST(HttpLimitsTest, ConnectionsHaveALimit) {
    TestServer server(with([](ServerLimits& l) { l.connections = 2; }));
    RawClient first(server.port());
    RawClient second(server.port());
    EXPECT_EQ(first.ask(get("/hello")).status, 200U);
    EXPECT_EQ(second.ask(get("/hello")).status, 200U);
    RawClient third(server.port());
    const RawAnswer answer = third.answer();
    EXPECT_EQ(answer.status, 503U);
    EXPECT_EQ(answer.headers.at("retry-after"), "1");
    EXPECT_TRUE(third.is_at_end());
    EXPECT_EQ(server.turned_away(), 1U);
    second.close();
    EXPECT_TRUE(eventually([&] { return server.connections() == 1; }));
    EXPECT_EQ(RawClient(server.port()).ask(get("/hello")).status, 200U);
    EXPECT_EQ(first.ask(get("/hello")).status, 200U);
}

TEST(HttpLimitsTest, AFullQueueIsAnswered503) {
    TestServerOptions options = with([](ServerLimits& l) { l.queue = 1; });
    options.blocking_threads = 1;
    TestServer server(options);
    RawClient running(server.port());
    running.send(kWait);
    ASSERT_TRUE(eventually([&] { return server.at_gate() == 1; }));
    RawClient waiting(server.port());
    waiting.send(kWait);
    ASSERT_TRUE(eventually([&] { return server.waiting() == 1; }));
    RawClient shed(server.port());
    const RawAnswer answer = shed.ask(kWait);
    EXPECT_EQ(answer.status, 503U);
    EXPECT_EQ(answer.headers.at("retry-after"), "1");
    EXPECT_EQ(server.shed(), 1U);
    // The same connection may try again, and other lanes are free.
    EXPECT_EQ(shed.ask(post("/echo", "x")).body, "x");
    server.open_gate();
    EXPECT_EQ(running.answer().body, "waited");
    EXPECT_EQ(waiting.answer().body, "waited");
    EXPECT_EQ(shed.ask(kWait).body, "waited");
}

TEST(HttpLimitsTest, WaitingTooLongIsAnswered503) {
    TestServerOptions options = with([](ServerLimits& l) { l.queue_time = milliseconds(20); });
    options.blocking_threads = 1;
    TestServer server(options);
    RawClient running(server.port());
    running.send(kWait);
    ASSERT_TRUE(eventually([&] { return server.at_gate() == 1; }));
    RawClient waiting(server.port());
    waiting.send(kWait);
    ASSERT_TRUE(eventually([&] { return server.waiting() == 1; }));
    std::this_thread::sleep_for(milliseconds(30));
    server.open_gate();
    EXPECT_EQ(running.answer().status, 200U);
    EXPECT_EQ(waiting.answer().status, 503U);
}

TEST(HttpLimitsTest, WorkForNobodyIsCancelled) {
    TestServer server;
    RawClient client(server.port());
    client.send(kWait);
    ASSERT_TRUE(eventually([&] { return server.at_gate() == 1; }));
    client.close();
    EXPECT_TRUE(eventually([&] { return server.cancelled() == 1; }));
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(HttpLimitsTest, StoppingWaitsForRequestsUnderWay) {
    TestServer server;
    RawClient idle(server.port());
    EXPECT_EQ(idle.ask(get("/hello")).status, 200U);
    RawClient busy(server.port());
    busy.send(kWait);
    ASSERT_TRUE(eventually([&] { return server.at_gate() == 1; }));
    server.stop();
    EXPECT_TRUE(idle.is_at_end());
    EXPECT_EQ(server.at_gate(), 1U);
    server.open_gate();
    const RawAnswer answer = busy.answer();
    EXPECT_EQ(answer.body, "waited");
    EXPECT_EQ(answer.headers.at("connection"), "close");
    busy.close();
    server.join();
    EXPECT_EQ(server.connections(), 0U);
}

TEST(HttpLimitsTest, StoppingDoesNotWaitForEver) {
    TestServer server(with([](ServerLimits& l) { l.drain_time = milliseconds(50); }));
    RawClient busy(server.port());
    busy.send(kWait);
    RawClient uploading(server.port());
    uploading.send("POST /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nab");
    ASSERT_TRUE(eventually([&] { return server.at_gate() == 1 && server.handled() == 2; }));
    server.stop();
    server.join();
    EXPECT_EQ(server.cancelled(), 1U);
}

}  // namespace
}  // namespace temblor::testing
