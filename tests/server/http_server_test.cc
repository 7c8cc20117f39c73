// What a server answers to well-formed and broken requests.

#include <gtest/gtest.h>

#include "tests/data/test_files.h"
#include "tests/server/raw_client.h"
#include "tests/server/test_server.h"

namespace temblor::testing {
namespace {

TEST(HttpServerTest, ConnectionsAreKept) {
    TestServer server;
    RawClient client(server.port());
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(client.ask(get("/hello")).body, "hello");
        EXPECT_EQ(client.ask(post("/echo", "body " + std::to_string(i))).body,
                  "body " + std::to_string(i));
        EXPECT_EQ(client.ask(get("/none")).status, 404U);
    }
    EXPECT_EQ(server.connections(), 1U);
    const RawAnswer last = client.ask(get("/hello", "Connection: close\r\n"));
    EXPECT_EQ(last.headers.at("connection"), "close");
    EXPECT_TRUE(client.is_at_end());
}

TEST(HttpServerTest, TheOldVersionClosesUnlessAsked) {
    TestServer server;
    RawClient client(server.port());
    EXPECT_EQ(client.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").body, "hello");
    EXPECT_EQ(client.ask("GET /hello HTTP/1.0\r\n\r\n").body, "hello");
    EXPECT_TRUE(client.is_at_end());
    RawClient streamed(server.port());
    EXPECT_EQ(streamed.ask("GET /pieces HTTP/1.0\r\n\r\n").body.size(), 100'000U);
}

TEST(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
    TestServer server;
    RawClient client(server.port());
    std::string requests;
    for (int i = 0; i < 20; ++i) {
        requests +=
            post(i % 3 == 0 ? "/upload" : "/echo", std::string(static_cast<size_t>(i), 'x'));
        requests += get("/hello");
    }
    client.send(requests);
    for (size_t i = 0; i < 20; ++i) {
        EXPECT_EQ(client.answer().body,
                  i % 3 == 0 ? std::to_string(i) + " bytes" : std::string(i, 'x'));
        EXPECT_EQ(client.answer().body, "hello");
    }
}

TEST(HttpServerTest, HeadHasTheHeadersOfGet) {
    TestServer server;
    RawClient client(server.port());
    for (const std::string path : {"/hello", "/file", "/pieces"}) {
        const RawAnswer whole = client.ask(get(path));
        const RawAnswer head = client.ask("HEAD " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
        EXPECT_EQ(head.status, 200U) << path;
        EXPECT_EQ(head.headers.contains("content-length"), path != "/pieces");
        if (path != "/pieces") {
            EXPECT_EQ(head.headers.at("content-length"), std::to_string(whole.body.size()));
        }
    }
    EXPECT_EQ(client.ask(get("/hello")).body, "hello");
    EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpServerTest, ChunksAreOneBody) {
    TestServer server;
    RawClient client(server.port());
    const std::string chunked =
        " HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nTrailer: 1\r\n\r\n";
    EXPECT_EQ(client.ask("POST /echo" + chunked).body, "abcdefgh");
    EXPECT_EQ(client.ask("POST /upload" + chunked).body, "8 bytes");
    // Byte by byte.
    for (const char c : "POST /echo" + chunked) client.send({&c, 1});
    EXPECT_EQ(client.answer().body, "abcdefgh");
}

TEST(HttpServerTest, ExpectIsAnsweredBeforeTheBody) {
    TestServer server;
    for (const char* path : {"/echo", "/upload"}) {
        RawClient client(server.port());
        client.send("POST " + std::string(path) +
                    " HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        EXPECT_EQ(client.answer().status, 100U);
        EXPECT_EQ(client.ask("body").body, path == std::string("/echo") ? "body" : "4 bytes");
    }
    RawClient refused(server.port());
    EXPECT_EQ(refused
                  .ask("POST /none HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n"
                       "Expect: 100-continue\r\n\r\n")
                  .status,
              404U);
    EXPECT_TRUE(refused.is_at_end());
}

TEST(HttpServerTest, JunkIsRefused) {
    TestServer server;
    for (const char* junk :
         {"junk\r\n\r\n", "GET\r\n\r\n", "GET /hello HTTP/9.9\r\n\r\n", "GET /hello\r\n\r\n",
          "\x16\x03\x01\x02\x00\r\n\r\n", "GET /hello HTTP/1.1\r\nbad header\r\n\r\n",
          "GET /a/../b HTTP/1.1\r\n\r\n", "GET /%00 HTTP/1.1\r\n\r\n",
          "POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
          "POST /echo HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
          "POST /echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
          "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        RawClient client(server.port());
        const RawAnswer answer = client.ask(junk);
        EXPECT_EQ(answer.status, 400U) << junk;
        EXPECT_NE(answer.body.find("\"error\""), std::string::npos) << answer.body;
        EXPECT_TRUE(client.is_at_end());
    }
    EXPECT_EQ(RawClient(server.port()).ask(get("/hello")).body, "hello");
}

TEST(HttpServerTest, CodedBodiesAreDecoded) {
    TestServer server;
    RawClient client(server.port());
    const std::string plain(100'000, 'p');
    const std::string coded = compress(plain, "gzip");
    EXPECT_EQ(client.ask(post("/echo", coded, "Content-Encoding: gzip\r\n")).body, plain);
    EXPECT_EQ(client.ask(post("/echo", plain, "Content-Encoding: identity\r\n")).body, plain);
    EXPECT_EQ(client.ask(post("/echo", coded, "Content-Encoding: br\r\n")).status, 415U);
    EXPECT_EQ(RawClient(server.port())
                  .ask(post("/echo", coded.substr(0, 50), "Content-Encoding: gzip\r\n"))
                  .status,
              400U);
}

TEST(HttpServerTest, ABodyCutShortReachesNoHandler) {
    TestServer server;
    RawClient client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
    client.close();
    RawClient chunked(server.port());
    chunked.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
    chunked.close();
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
    EXPECT_EQ(server.handled(), 0U);
    // A streamed body is cut short for its reader.
    RawClient streamed(server.port());
    streamed.send("POST /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_TRUE(eventually([&] { return server.handled() == 1; }));
    streamed.close();
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(HttpServerTest, StreamedBodiesAndAnswers) {
    TestServer server;
    RawClient client(server.port());
    const std::string large(3'000'000, 'x');
    EXPECT_EQ(client.ask(post("/upload", large)).body, "3000000 bytes");
    EXPECT_EQ(client.ask(post("/upload", "")).body, "0 bytes");
    const RawAnswer pieces = client.ask(get("/pieces"));
    EXPECT_EQ(pieces.headers.at("transfer-encoding"), "chunked");
    EXPECT_EQ(pieces.body.size(), 100'000U);
    EXPECT_EQ(pieces.body.substr(999, 2), "ab");
    EXPECT_EQ(client.ask(get("/file")).body, std::string(100'000, 'f'));
    EXPECT_EQ(server.connections(), 1U);
    // What is left unread ends the connection, after the answer.
    EXPECT_EQ(client.ask(post("/upload?ignore", large)).body, "ignored");
    EXPECT_TRUE(client.is_at_end());
}

TEST(HttpServerTest, RequestsHaveIds) {
    TestServer server;
    RawClient client(server.port());
    EXPECT_EQ(client.ask(get("/hello", "X-Request-Id: a-1.b:c_D\r\n")).headers.at("x-request-id"),
              "a-1.b:c_D");
    EXPECT_EQ(client.ask(get("/hello", "X-Request-Id: a b\r\n")).headers.at("x-request-id").size(),
              16U);
    EXPECT_EQ(client.ask(get("/hello", "X-Request-Id: " + std::string(129, 'a') + "\r\n"))
                  .headers.at("x-request-id")
                  .size(),
              16U);
}

}  // namespace
}  // namespace temblor::testing
