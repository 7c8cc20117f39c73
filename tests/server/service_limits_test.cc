// Limits of what a request may ask for, each at its edge. What HTTP itself limits is in
// http_limits_test.cc.

#include <gtest/gtest.h>

#include "server/settings.h"
#include "tests/data/test_files.h"
#include "tests/server/test_service.h"

namespace temblor::testing {
namespace {

class ServiceLimitsTest : public FolderTest {
protected:
    [[nodiscard]] std::string data() const { return path("data"); }

    static void fill(const TestService& service) {
        EXPECT_EQ(service.ask("PUT", "/collections/c", R"({"sparse_vectors":{"s":{}}})").status,
                  200U);
        EXPECT_EQ(service
                      .ask("PUT", "/collections/c/points",
                           R"({"points":[{"id":1,"vector":{"s":{"indices":[1],"values":[2]}}}]})")
                      .status,
                  200U);
    }
};

TEST_F(ServiceLimitsTest, OfSearches) {
    ServerLimits limits;
    limits.k = 20;
    limits.nonzeros = 2;
    limits.prefetch_depth = 2;
    limits.prefetches = 3;
    limits.batch = 2;
    limits.points = 3;
    const TestService service(data(), {}, limits);
    fill(service);
    const auto status = [&](const std::string& route, const std::string& body) {
        return service.ask("POST", "/collections/c/" + route, body).status;
    };
    const std::string two = R"({"indices":[1,2],"values":[1,1]})";
    const std::string three = R"({"indices":[1,2,3],"values":[1,1,1]})";
    const auto query = [](const std::string& vector, const std::string& more = "") {
        return R"({"using":"s","query":)" + vector + more + "}";
    };
    EXPECT_EQ(status("points/query", query(two)), 200U);
    EXPECT_EQ(status("points/query", query(three)), 400U);
    const auto search = [](const std::string& vector) {
        return R"({"limit":1,"vector":{"name":"s","vector":)" + vector + "}}";
    };
    EXPECT_EQ(status("points/search", search(two)), 200U);
    EXPECT_EQ(status("points/search", search(three)), 400U);
    EXPECT_EQ(status("points/query", query(two, R"(,"limit":10,"offset":10)")), 200U);
    EXPECT_EQ(status("points/query", query(two, R"(,"limit":10,"offset":11)")), 400U);
    EXPECT_EQ(status("points/query", query(two, R"(,"limit":18446744073709551615)")), 400U);
    EXPECT_EQ(status("points/scroll", R"({"limit":21})"), 400U);
    const auto prefetch = [&](const std::string& inner) {
        return query(two, R"(,"prefetch":)" + inner);
    };
    EXPECT_EQ(status("points/query", prefetch(prefetch(query(two)))), 200U);
    EXPECT_EQ(status("points/query", prefetch(prefetch(prefetch(query(two))))), 400U);
    const std::string q = query(two);
    EXPECT_EQ(status("points/query", prefetch("[" + q + "," + q + "," + q + "]")), 200U);
    EXPECT_EQ(status("points/query", prefetch("[" + q + "," + q + "," + q + "," + q + "]")), 400U);
    EXPECT_EQ(status("points/query/batch", R"({"searches":[)" + q + "," + q + "]}"), 200U);
    EXPECT_EQ(status("points/query/batch", R"({"searches":[)" + q + "," + q + "," + q + "]}"),
              400U);
    EXPECT_EQ(status("points", R"({"ids":[1,2,3]})"), 200U);
    EXPECT_EQ(status("points", R"({"ids":[1,2,3,4]})"), 400U);
    EXPECT_EQ(status("points/delete", R"({"points":[1,2,3,4]})"), 400U);
    EXPECT_EQ(status("points/query", std::string(10'000, '[')), 400U);
}

TEST_F(ServiceLimitsTest, OfWrites) {
    ServerLimits limits;
    limits.batch = 2;
    limits.points = 3;
    const TestService service(data(), {}, limits);
    fill(service);
    const auto list = [](size_t count, const std::string& one) {
        std::string text = "[";
        for (size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + one;
        return text + "]";
    };
    const auto status = [&](const std::string& method, const std::string& route,
                            const std::string& body) {
        return service.ask(method, "/collections/" + route, body).status;
    };
    const std::string point = R"({"id":1,"vector":{}})";
    for (const size_t count : {size_t{3}, size_t{4}}) {
        const unsigned expected = count <= limits.points ? 200 : 400;
        const std::string ids = list(count, "1");
        EXPECT_EQ(status("PUT", "c/points", R"({"points":)" + list(count, point) + "}"), expected);
        EXPECT_EQ(status("PUT", "c/points", R"({"batch":{"ids":)" + ids + "}}"), expected);
        EXPECT_EQ(status("PUT", "c/points/vectors", R"({"points":)" + list(count, point) + "}"),
                  expected);
        EXPECT_EQ(status("POST", "c/points/payload", R"({"payload":{},"points":)" + ids + "}"),
                  expected);
        EXPECT_EQ(status("POST", "c/points/delete", R"({"points":)" + ids + "}"), expected);
        EXPECT_EQ(status("PUT", "c/points", R"({"points":[)" + point + "]}"), 200U);
    }
    const std::string operation = R"({"delete":{"points":[7]}})";
    const std::string action = R"({"create_alias":{"collection_name":"c","alias_name":"a"}})";
    for (const size_t count : {size_t{2}, size_t{3}}) {
        const unsigned expected = count <= limits.batch ? 200 : 400;
        EXPECT_EQ(
            status("POST", "c/points/batch", R"({"operations":)" + list(count, operation) + "}"),
            expected);
        EXPECT_EQ(status("POST", "aliases", R"({"actions":)" + list(count, action) + "}"),
                  expected);
        EXPECT_EQ(status("POST", "c/points/payload/delete",
                         R"({"points":[1],"keys":)" + list(count, R"("k")") + "}"),
                  expected);
    }
}

TEST_F(ServiceLimitsTest, OfPagesAndGroups) {
    ServerLimits limits;
    limits.k = 20;
    const TestService service(data(), {}, limits);
    fill(service);
    const auto status = [&](const std::string& route, const std::string& limit) {
        return service.ask("POST", "/collections/c/" + route, R"({"limit":)" + limit + "}").status;
    };
    const std::string key = R"(,"key":"k")";
    const std::string group = R"(,"using":"s","query":{"indices":[],"values":[]},"group_by":"k")";
    for (const char* limit : {"1", "20"}) {
        EXPECT_EQ(status("points/scroll", limit), 200U);
        EXPECT_EQ(status("points/query", limit), 200U);
        EXPECT_EQ(status("facet", limit + key), 200U);
        EXPECT_EQ(status("points/query/groups", limit + group), 200U);
    }
    for (const char* limit :
         {"0", "21", "-1", "1.5", "\"1\"", "18446744073709551615", "18446744073709551616", "1e3"}) {
        EXPECT_EQ(status("points/scroll", limit), 400U) << limit;
        EXPECT_EQ(status("points/query", limit), 400U) << limit;
        EXPECT_EQ(status("facet", limit + key), 400U) << limit;
        EXPECT_EQ(status("points/query/groups", limit + group), 400U) << limit;
    }
}

TEST_F(ServiceLimitsTest, OfDepth) {
    ServerLimits limits;
    limits.json_depth = 10;
    const TestService service(data(), {}, limits);
    fill(service);
    const auto status = [&](size_t depth) {
        // Of which the body, the list and the point are three.
        const std::string nested = std::string(depth - 4, '[') + std::string(depth - 4, ']');
        return service
            .ask("PUT", "/collections/c/points",
                 R"({"points":[{"id":1,"payload":{"a":)" + nested + "}}]}")
            .status;
    };
    EXPECT_EQ(status(9), 200U);
    EXPECT_EQ(status(11), 400U);
    EXPECT_EQ(status(100'000), 400U);
}

TEST_F(ServiceLimitsTest, OfUploads) {
    ServerLimits limits;
    limits.stream_bytes = 10'000;
    const TestService service(data(), {}, limits);
    const std::string route = "/collections/new/snapshots/upload";
    EXPECT_EQ(service.ask("POST", route, std::string(10'001, 'x')).status, 413U);
    EXPECT_EQ(service.ask("POST", route, std::string(10'000, 'x')).status, 400U);
    // Of unknown length.
    std::string chunks = "POST " + route + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 11; ++i) chunks += "3e8\r\n" + std::string(1000, 'c') + "\r\n";
    const RawAnswer answer = RawClient(service.port()).ask(chunks + "0\r\n\r\n");
    EXPECT_EQ(answer.status, 413U) << answer.body;
    EXPECT_NE(answer.body.find("10000 bytes"), std::string::npos) << answer.body;
}

TEST_F(ServiceLimitsTest, AllHaveASetting) {
    size_t limits = 0;
    const std::string toml = ServerSettings().to_toml();
    for (const char* name :
         {"body_bytes", "stream_bytes", "header_bytes", "json_depth", "nonzeros", "k", "batch",
          "points", "prefetch_depth", "prefetches", "connections", "queue", "queue_time",
          "header_time", "idle_time", "body_time", "body_rate", "drain_time"}) {
        EXPECT_NE(toml.find("\n" + std::string(name) + " = "), std::string::npos) << name;
        ++limits;
    }
    // Another member of ServerLimits needs a line here, and a test.
    EXPECT_EQ(limits, 18U);
    EXPECT_EQ(sizeof(ServerLimits),
              3 * sizeof(uint64_t) + 10 * sizeof(uint32_t) + 5 * sizeof(std::chrono::milliseconds));
}

}  // namespace
}  // namespace temblor::testing
