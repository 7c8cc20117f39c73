#include <gtest/gtest.h>

#include "tests/data/test_files.h"
#include "tests/server/test_server.h"
#include "tests/server/tls_client.h"

namespace temblor::testing {
namespace {

class HttpTlsTest : public FolderTest {
protected:
    HttpTlsTest() {
        options_.certificate = path("certificate.pem");
        options_.key = path("key.pem");
        make("first");
    }
    void make(const std::string& name) {
        make_certificate(name, options_.certificate, options_.key);
    }

    TestServerOptions options_;
};

TEST_F(HttpTlsTest, ServesAsWithout) {
    TestServer server(options_);
    TlsClient client(server.port());
    ASSERT_TRUE(client.is_connected());
    EXPECT_EQ(client.server_name(), "first");
    EXPECT_EQ(client.ask(get("/hello")).body, "hello");
    const std::string large(500'000, 'x');
    EXPECT_EQ(client.ask(post("/echo", large)).body, large);
    EXPECT_EQ(client.ask(post("/upload", large)).body, "500000 bytes");
    EXPECT_EQ(client.ask(get("/pieces")).body.size(), 100'000U);
    EXPECT_EQ(client.ask(get("/file")).body.size(), 100'000U);
    client.send(get("/hello") + get("/none"));
    EXPECT_EQ(client.answer().status, 200U);
    EXPECT_EQ(client.answer().status, 404U);
    EXPECT_EQ(client.ask(get("/hello", "Connection: close\r\n")).body, "hello");
    EXPECT_TRUE(client.is_at_end());
}

TEST_F(HttpTlsTest, DeadlinesHoldForHandshakesAndRequests) {
    options_.limits.header_time = std::chrono::milliseconds(100);
    options_.limits.body_time = std::chrono::milliseconds(100);
    TestServer server(options_);
    RawClient silent(server.port());
    EXPECT_TRUE(silent.is_at_end());
    RawClient plain(server.port());
    plain.send(get("/hello"));
    EXPECT_EQ(plain.answer().status, 0U);
    TlsClient slow(server.port());
    slow.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nab");
    EXPECT_EQ(slow.answer().status, 408U);
    EXPECT_TRUE(slow.is_at_end());
}

TEST_F(HttpTlsTest, CertificatesAreReadAgain) {
    TestServer server(options_);
    TlsClient before(server.port());
    EXPECT_EQ(before.ask(get("/hello")).body, "hello");
    make("second");
    ASSERT_TRUE(server.reload_certificate().is_ok());
    EXPECT_EQ(TlsClient(server.port()).server_name(), "second");
    EXPECT_EQ(before.ask(get("/hello")).body, "hello");
    EXPECT_EQ(before.server_name(), "first");
    // A bad one changes nothing.
    const std::string key = slurp(options_.key);
    file("key.pem", "junk");
    EXPECT_ERROR(server.reload_certificate(), StatusCode::kInvalidArgument, "key.pem");
    EXPECT_EQ(TlsClient(server.port()).server_name(), "second");
    file("key.pem", key);
    file("certificate.pem", "");
    EXPECT_ERROR(server.reload_certificate(), StatusCode::kInvalidArgument, "certificate.pem");
    EXPECT_EQ(TlsClient(server.port()).server_name(), "second");
    // Neither does a key that is not the certificate's.
    make("third");
    make_certificate("fourth", path("other.pem"), options_.key);
    EXPECT_ERROR(server.reload_certificate(), StatusCode::kInvalidArgument, "key.pem");
    EXPECT_EQ(TlsClient(server.port()).server_name(), "second");
}

}  // namespace
}  // namespace temblor::testing
