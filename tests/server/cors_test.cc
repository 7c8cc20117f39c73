// Who may read answers from pages of other origins.

#include <gtest/gtest.h>

#include "server/http/cors_policy.h"
#include "tests/server/raw_client.h"
#include "tests/server/test_server.h"

namespace temblor::testing {
namespace {

const std::string kOurs = "https://app.example:8443";
const std::string kAllowOrigin = "access-control-allow-origin";

TestServerOptions allowing(std::vector<std::string> origins) {
    TestServerOptions options;
    options.cors_origins = std::move(origins);
    return options;
}

std::string origin(const std::string& value) { return "Origin: " + value + "\r\n"; }

RawAnswer preflight(const TestServer& server, const std::string& from) {
    return RawClient(server.port())
        .ask("OPTIONS /echo HTTP/1.1\r\nHost: t\r\n" + origin(from) +
             "Access-Control-Request-Method: POST\r\n"
             "Access-Control-Request-Headers: api-key,content-type\r\n\r\n");
}

TEST(CorsTest, IsOffByDefault) {
    const TestServer server;
    const RawAnswer answer = RawClient(server.port()).ask(get("/hello", origin(kOurs)));
    EXPECT_EQ(answer.status, 200U);
    EXPECT_FALSE(answer.headers.contains(kAllowOrigin));
    EXPECT_FALSE(answer.headers.contains("vary"));
    const RawAnswer refused = preflight(server, kOurs);
    EXPECT_EQ(refused.status, 404U);
    EXPECT_FALSE(refused.headers.contains(kAllowOrigin));
    EXPECT_FALSE(refused.headers.contains("access-control-allow-methods"));
}

TEST(CorsTest, ListedOriginsAreEchoed) {
    const TestServer server(allowing({kOurs, "http://localhost:3000"}));
    for (const std::string& from : {kOurs, std::string("http://localhost:3000")}) {
        const RawAnswer answer = RawClient(server.port()).ask(get("/hello", origin(from)));
        EXPECT_EQ(answer.status, 200U);
        EXPECT_EQ(answer.headers.at(kAllowOrigin), from);
        EXPECT_EQ(answer.headers.at("vary"), "Origin");
        EXPECT_FALSE(answer.headers.contains("access-control-allow-credentials"));
    }
    for (const char* from : {"https://app.example", "http://app.example:8443", "null", "",
                             "https://app.example:8443.evil.example", "HTTPS://APP.EXAMPLE:8443"}) {
        const RawAnswer answer = RawClient(server.port()).ask(get("/hello", origin(from)));
        EXPECT_EQ(answer.status, 200U);
        EXPECT_FALSE(answer.headers.contains(kAllowOrigin)) << from;
        EXPECT_EQ(answer.headers.at("vary"), "Origin");
        EXPECT_FALSE(preflight(server, from).headers.contains(kAllowOrigin)) << from;
    }
}

TEST(CorsTest, PreflightsAreAnswered) {
    const TestServer server(allowing({kOurs}));
    const RawAnswer answer = preflight(server, kOurs);
    EXPECT_EQ(answer.status, 204U);
    EXPECT_EQ(answer.headers.at(kAllowOrigin), kOurs);
    EXPECT_EQ(answer.headers.at("vary"), "Origin");
    EXPECT_EQ(answer.headers.at("access-control-max-age"), "86400");
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
        EXPECT_NE(answer.headers.at("access-control-allow-methods").find(method),
                  std::string::npos);
    for (const char* header : {"api-key", "Authorization", "Content-Type"})
        EXPECT_NE(answer.headers.at("access-control-allow-headers").find(header),
                  std::string::npos);
    EXPECT_FALSE(answer.headers.contains("access-control-allow-credentials"));
    EXPECT_EQ(server.handled(), 0U);
    // OPTIONS that asks for no method is none.
    EXPECT_EQ(RawClient(server.port())
                  .ask("OPTIONS /echo HTTP/1.1\r\nHost: t\r\n" + origin(kOurs) + "\r\n")
                  .status,
              404U);
}

TEST(CorsTest, ErrorsAndStreamedAnswersCarryTheHeaders) {
    TestServerOptions options = allowing({kOurs});
    options.limits.body_bytes = 10;
    options.limits.header_bytes = 1000;
    const TestServer server(options);
    const auto allowed = [&](const std::string& request) {
        const RawAnswer answer = RawClient(server.port()).ask(request);
        EXPECT_EQ(answer.headers.at(kAllowOrigin), kOurs) << answer.status << answer.body;
        return answer.status;
    };
    EXPECT_EQ(allowed(get("/none", origin(kOurs))), 404U);
    EXPECT_EQ(allowed(get("/%zz", origin(kOurs))), 400U);
    EXPECT_EQ(allowed(post("/echo", std::string(11, 'x'), origin(kOurs))), 413U);
    EXPECT_EQ(allowed(post("/echo", "x", origin(kOurs) + "Content-Encoding: x\r\n")), 415U);
    EXPECT_EQ(allowed(get("/pieces", origin(kOurs))), 200U);
    EXPECT_EQ(allowed(get("/file", origin(kOurs))), 200U);
}

TEST(CorsTest, AStarAllowsAll) {
    const TestServer server(allowing({"*"}));
    for (const char* from : {"https://any.example", "null"}) {
        const RawAnswer answer = RawClient(server.port()).ask(get("/hello", origin(from)));
        EXPECT_EQ(answer.headers.at(kAllowOrigin), "*");
        EXPECT_FALSE(answer.headers.contains("vary"));
        EXPECT_EQ(preflight(server, from).status, 204U);
        EXPECT_EQ(preflight(server, from).headers.at(kAllowOrigin), "*");
    }
}

TEST(CorsTest, OriginsAreChecked) {
    for (const char* good :
         {"*", "http://localhost", "https://a.example:8443", "http://[::1]:80", "app://bundle"})
        EXPECT_TRUE(CorsPolicy::check(good).is_ok()) << good;
    for (const char* wrong : {"", "null", "a.example", "https://", "https://a/", "https://a/b",
                              "https://a?b", "https://a#b", "https://u@a", "https://A.example",
                              "https://*.a.example/", "https://a b", "//a", "https:a"})
        EXPECT_FALSE(CorsPolicy::check(wrong).is_ok()) << wrong;
}

}  // namespace
}  // namespace temblor::testing
