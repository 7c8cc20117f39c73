// The Model Context Protocol over POST /mcp.

#include <gtest/gtest.h>
#include <simdjson.h>

#include "server/mcp/origin.h"
#include "tests/data/test_files.h"
#include "tests/server/test_service.h"

namespace temblor::testing {
namespace {

namespace dom = simdjson::dom;

TEST(McpOrigin, OnlyItsOwn) {
    for (const char* origin : {"http://localhost", "http://localhost:6274", "https://localhost:1",
                               "http://127.0.0.1:7333", "http://127.8.0.1", "http://[::1]:7333"}) {
        EXPECT_TRUE(is_own_origin(origin, "127.0.0.1:7333", false)) << origin;
    }
    for (const char* origin :
         {"null", "", "http://", "file:///x", "http://evil.example:7333", "localhost",
          "http://localhost.evil.example", "http://127.0.0.1.evil.example", "ftp://localhost",
          "http://10.0.0.1:7333", "http://[::2]", "http://[::1", "http://[::1]x", "http://[]",
          "http://localhost:x", "http://localhost/a", "http://localhost@evil.example",
          "http://0.0.0.0", "chrome-extension://abc"}) {
        EXPECT_FALSE(is_own_origin(origin, "127.0.0.1:7333", false)) << origin;
        EXPECT_FALSE(is_own_origin(origin, "127.0.0.1:7333", true)) << origin;
    }
    // A foreign name that points here: both headers carry it.
    EXPECT_FALSE(is_own_origin("http://evil.example:7333", "evil.example:7333", false));
    EXPECT_TRUE(is_own_origin("https://search.example", "search.example", true));
    EXPECT_TRUE(is_own_origin("http://10.0.0.1:7333", "10.0.0.1:7333", false));
    EXPECT_FALSE(is_own_origin("http://10.0.0.1:7333", "10.0.0.2:7333", true));
}

class McpTest : public FolderTest {
protected:
    McpTest() : service_(path("data"), AccessKeys("full", "reading")) {
        const std::string key = "api-key: full\r\n";
        EXPECT_EQ(
            service_
                .ask("PUT", "/collections/docs",
                     R"({"sparse_vectors":{"s":{}},"vectors":{"d":{"size":2,"distance":"Dot"}}})",
                     key)
                .status,
            200U);
        std::string points;
        for (int id = 1; id <= 5; ++id) {
            const std::string n = std::to_string(id);
            points += (id == 1 ? "" : ",") + ("{\"id\":" + n + ",\"payload\":{\"n\":" + n) +
                      R"(},"vector":{"s":{"indices":[7],"values":[)" + n + "]},\"d\":[" + n +
                      ",0]}}";
        }
        EXPECT_EQ(
            service_.ask("PUT", "/collections/docs/points", "{\"points\":[" + points + "]}", key)
                .status,
            200U);
    }
    RawAnswer post(const std::string& body, const std::string& headers = "") const {
        return service_.ask("POST", "/mcp", body, "api-key: reading\r\n" + headers);
    }
    dom::element rpc(const std::string& method, const std::string& params = "{}",
                     unsigned status = 200) {
        answer_ = post(R"({"jsonrpc":"2.0","id":"x\"1","method":")" + method + R"(","params":)" +
                       params + "}");
        EXPECT_EQ(answer_.status, status) << answer_.body;
        EXPECT_EQ(answer_.headers.at("content-type"), "application/json");
        const dom::element parsed = parser_.parse(answer_.body);
        EXPECT_EQ(std::string_view{parsed["jsonrpc"]}, "2.0");
        EXPECT_EQ(std::string_view{parsed["id"]}, "x\"1");
        return parsed;
    }
    dom::element call(const std::string& tool, const std::string& arguments) {
        return rpc("tools/call",
                   "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + "}")["result"];
    }

    TestService service_;
    RawAnswer answer_;
    dom::parser parser_;
};

TEST_F(McpTest, Handshake) {
    for (const auto& [asked, given] :
         {std::pair("2025-03-26", "2025-03-26"), std::pair("2025-06-18", "2025-06-18"),
          std::pair("2025-11-25", "2025-11-25"), std::pair("2024-11-05", "2025-11-25")}) {
        const auto result =
            rpc("initialize",
                "{\"protocolVersion\":\"" + std::string(asked) +
                    R"(","capabilities":{},"clientInfo":{"name":"t","version":"1"}})")["result"];
        EXPECT_EQ(std::string_view{result["protocolVersion"]}, given);
        EXPECT_EQ(std::string_view{result["serverInfo"]["name"]}, "temblor");
        EXPECT_EQ(bool{result["capabilities"]["tools"]["listChanged"]}, false);
    }
    const RawAnswer told = post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    EXPECT_EQ(told.status, 202U);
    EXPECT_EQ(told.body, "");
    EXPECT_FALSE(told.headers.contains("content-type"));
    EXPECT_EQ(post(R"({"jsonrpc":"2.0","id":3,"result":{}})").status, 202U);
    EXPECT_EQ(simdjson::minify(rpc("ping")["result"]), "{}");
    EXPECT_EQ(service_.ask("GET", "/mcp", "", "api-key: reading\r\n").status, 405U);
    EXPECT_EQ(service_.ask("DELETE", "/mcp", "", "api-key: reading\r\n").status, 405U);
}

TEST_F(McpTest, ToolsHaveSchemas) {
    const dom::array tools = rpc("tools/list")["result"]["tools"];
    ASSERT_EQ(tools.size(), 2U);
    for (const dom::element tool : tools) {
        EXPECT_EQ(std::string_view{tool["inputSchema"]["type"]}, "object");
        EXPECT_EQ(std::string_view{tool["outputSchema"]["type"]}, "object");
        EXPECT_EQ(std::string_view{tool["inputSchema"]["required"].at(0)}, "collection");
        EXPECT_NE(
            std::string_view{tool["inputSchema"]["properties"]["collection"]["description"]}.find(
                "docs"),
            std::string::npos);
        EXPECT_EQ(bool{tool["annotations"]["readOnlyHint"]}, true);
    }
}

TEST_F(McpTest, SearchAndFetch) {
    const auto check = [](dom::element result, uint64_t first, size_t count) {
        EXPECT_EQ(bool{result["isError"]}, false);
        const dom::array hits = result["structuredContent"]["hits"];
        ASSERT_EQ(hits.size(), count);
        EXPECT_EQ(uint64_t{hits.at(0)["id"]}, first);
        EXPECT_EQ(uint64_t{hits.at(0)["payload"]["n"]}, first);
        dom::parser other;
        const dom::element text = other.parse(std::string(result["content"].at(0)["text"]));
        EXPECT_EQ(simdjson::minify(text), simdjson::minify(result["structuredContent"]));
    };
    check(call("search", R"({"collection":"docs","sparse":{"indices":[7],"values":[1]}})"), 5, 5);
    check(call("search", R"({"collection":"docs","dense":[-1,0],"limit":2})"), 1, 2);
    check(call("search", R"({"collection":"docs","sparse":{"indices":[7],"values":[1]},)"
                         R"("dense":[1,0],"filter":{"must":[{"key":"n","range":{"lt":4}}]}})"),
          3, 3);
    const auto words = call("search", R"({"collection":"docs","query":"words"})");
    EXPECT_EQ(simdjson::minify(words["structuredContent"]), R"({"hits":[]})");
    const auto fetched = call("fetch", R"({"collection":"docs","id":4})");
    EXPECT_EQ(simdjson::minify(fetched["structuredContent"]), R"({"id":4,"payload":{"n":4}})");
}

TEST_F(McpTest, WhatToolsRefuseIsAResult) {
    const auto refused = [&](const std::string& tool, const std::string& arguments,
                             const std::string& needle) {
        const auto result = call(tool, arguments);
        EXPECT_EQ(bool{result["isError"]}, true) << arguments;
        const std::string text(std::string_view{result["content"].at(0)["text"]});
        EXPECT_NE(text.find(needle), std::string::npos) << text;
    };
    refused("search", "{}", "arguments.collection");
    refused("search", R"({"collection":"none","dense":[1,0]})", "none");
    refused("search", R"({"collection":"docs"})", "arguments: expected query, sparse or dense");
    refused("search", R"({"collection":"docs","query":7})", "arguments.query");
    refused("search", R"({"collection":"docs","dense":[1]})", "arguments.dense");
    refused("search", R"({"collection":"docs","dense":[1,0],"more":1})", "arguments.more");
    refused("search", R"({"collection":"docs","dense":[1,0],"filter":{"a":1}})",
            "arguments.filter.a");
    refused("fetch", R"({"collection":"docs","id":44})", "44");
    refused("fetch", R"({"collection":"docs"})", "arguments.id");
}

TEST_F(McpTest, WhatIsNoMessageIsAnError) {
    const auto code = [&](const std::string& body, unsigned status,
                          const std::string& headers = "") {
        const RawAnswer answer = post(body, headers);
        EXPECT_EQ(answer.status, status) << body << answer.body;
        const dom::element parsed = parser_.parse(answer.body);
        return int64_t{parsed["error"]["code"]};
    };
    EXPECT_EQ(code("{", 400), -32700);
    EXPECT_EQ(code("", 400), -32700);
    EXPECT_EQ(code(std::string(10'000, '['), 400), -32700);
    EXPECT_EQ(code("7", 400), -32600);
    EXPECT_EQ(code("{}", 400), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"1.0","id":1,"method":"ping"})", 400), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":null,"method":"ping"})", 400), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", 400), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":7})", 400), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})", 400), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"resources/list"})", 200), -32601);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"initialize"})", 200), -32602);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rm"}})", 200),
              -32602);
    const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
    EXPECT_EQ(code(ping, 400, "MCP-Protocol-Version: 1999-01-01\r\n"), -32600);
    const RawAnswer foreign = post(ping, "Origin: http://evil.example\r\n");
    EXPECT_EQ(foreign.status, 403U);
    EXPECT_EQ(post(ping, "Origin: http://localhost:6274\r\n").status, 200U);
    EXPECT_EQ(service_.ask("POST", "/mcp", ping).status, 401U);
}

TEST_F(McpTest, SeveralMessagesInTheOneVersionThatHasThem) {
    const std::string batch =
        R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},)"
        R"({"jsonrpc":"2.0","id":2,"method":"none"},7])";
    const std::string old = "MCP-Protocol-Version: 2025-03-26\r\n";
    for (const std::string& headers : {std::string(), old}) {
        const RawAnswer answer = post(batch, headers);
        ASSERT_EQ(answer.status, 200U);
        const dom::array answers = parser_.parse(answer.body);
        ASSERT_EQ(answers.size(), 3U);
        EXPECT_EQ(int64_t{answers.at(0)["id"]}, 1);
        EXPECT_EQ(int64_t{answers.at(1)["error"]["code"]}, -32601);
        EXPECT_EQ(int64_t{answers.at(2)["error"]["code"]}, -32600);
    }
    EXPECT_EQ(post(R"([{"jsonrpc":"2.0","method":"notifications/x"}])").status, 202U);
    EXPECT_EQ(post("[]").status, 400U);
    EXPECT_EQ(post(batch, "MCP-Protocol-Version: 2025-06-18\r\n").status, 400U);
}

}  // namespace
}  // namespace temblor::testing
