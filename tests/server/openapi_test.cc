// The API's description agrees with the routes, and with itself.

#include <algorithm>
#include <map>
#include <set>

#include <boost/beast/core/string.hpp>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "server/embedded_files.h"
#include "server/routes.h"
#include "tests/data/test_files.h"
#include "tests/server/test_service.h"

namespace temblor::testing {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kComponents = "#/components/";

class OpenapiTest : public FolderTest {
protected:
    OpenapiTest() : text_(openapi_files().front().content) {
        EXPECT_EQ(openapi_files().size(), 1U);
        EXPECT_EQ(parser_.parse(text_).get(document_), simdjson::SUCCESS);
    }

    /// What `element` is, or what its $ref names.
    [[nodiscard]] dom::element resolved(dom::element element) const {
        std::string_view ref;
        if (!element.is_object() || element.at_key("$ref").get(ref) != simdjson::SUCCESS)
            return element;
        dom::element target;
        EXPECT_EQ(ref.substr(0, 2), "#/") << ref;
        EXPECT_EQ(document_.at_pointer(ref.substr(1)).get(target), simdjson::SUCCESS) << ref;
        return target;
    }

    /// Calls see(ref) for every $ref below `element`.
    template <typename See>
    static void for_refs(dom::element element, const See& see) {
        dom::object object;
        dom::array array;
        if (element.get_object().get(object) == simdjson::SUCCESS) {
            for (const auto [name, value] : object) {
                std::string_view ref;
                if (name == "$ref" && value.get_string().get(ref) == simdjson::SUCCESS) see(ref);
                for_refs(value, see);
            }
        } else if (element.get_array().get(array) == simdjson::SUCCESS) {
            for (const dom::element one : array) for_refs(one, see);
        }
    }

    /// Calls see("GET /path", operation) for every operation.
    template <typename See>
    void for_operations(const See& see) const {
        for (const auto [path, methods] : document_["paths"].get_object()) {
            for (const auto [method, operation] : methods.get_object()) {
                std::string name(method);
                std::transform(name.begin(), name.end(), name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
                see(name.append(" ").append(path), operation);
            }
        }
    }

    const std::string text_;
    dom::parser parser_;
    dom::element document_;
};

std::string name_of(const Route& route) {
    return std::string(boost::beast::http::to_string(route.method)) + " " +
           std::string(route.pattern);
}

TEST_F(OpenapiTest, RoutesAndOperationsAreTheSame) {
    std::set<std::string> described;
    for_operations([&](const std::string& name, dom::element) { described.insert(name); });
    std::set<std::string> routed;
    for (const Route& route : all_routes()) routed.insert(name_of(route));
    EXPECT_EQ(described, routed);
}

TEST_F(OpenapiTest, EveryReferenceResolvesAndEveryComponentIsUsed) {
    std::set<std::string> used;
    for_refs(document_, [&](std::string_view ref) {
        used.emplace(ref);
        dom::element target;
        EXPECT_EQ(ref.substr(0, kComponents.size()), kComponents);
        EXPECT_EQ(document_.at_pointer(ref.substr(1)).get(target), simdjson::SUCCESS) << ref;
    });
    for (const auto [kind, table] : document_["components"].get_object()) {
        if (kind == "securitySchemes") continue;
        for (const auto [name, component] : table.get_object()) {
            std::string ref(kComponents);
            ref.append(kind).append("/").append(name);
            EXPECT_TRUE(used.contains(ref)) << ref << " is not used";
        }
    }
}

TEST_F(OpenapiTest, OperationsHaveNamesOfTheirOwn) {
    std::set<std::string_view> names;
    for_operations([&](const std::string& name, dom::element operation) {
        const std::string_view id = operation["operationId"];
        EXPECT_TRUE(names.insert(id).second) << name << ": " << id << " again";
        EXPECT_FALSE(std::string_view(operation["summary"]).empty()) << name;
        EXPECT_EQ(operation["tags"].get_array().value().size(), 1U) << name;
    });
}

TEST_F(OpenapiTest, ParametersOfPathsAreDescribed) {
    for_operations([&](const std::string& name, dom::element operation) {
        std::set<std::string> in_path;
        for (size_t at = 0; (at = name.find('{', at)) != std::string::npos; ++at)
            in_path.insert(name.substr(at + 1, name.find('}', at) - at - 1));
        std::set<std::string> described;
        dom::array parameters;
        if (operation["parameters"].get_array().get(parameters) == simdjson::SUCCESS) {
            for (const dom::element one : parameters) {
                const dom::element parameter = resolved(one);
                if (std::string_view(parameter["in"]) != "path") continue;
                EXPECT_TRUE(bool(parameter["required"])) << name;
                described.emplace(std::string_view(parameter["name"]));
            }
        }
        EXPECT_EQ(described, in_path) << name;
    });
}

TEST_F(OpenapiTest, KeysAndErrorsAreThoseOfTheRoutes) {
    std::map<std::string, dom::element> operations;
    for_operations([&](const std::string& name, dom::element operation) {
        operations.emplace(name, operation);
    });
    for (const Route& route : all_routes()) {
        const std::string name = name_of(route);
        const auto at = operations.find(name);
        if (at == operations.end()) continue;  // another test's matter
        const dom::element operation = at->second;
        const bool is_public = operation["security"].error() == simdjson::SUCCESS;
        EXPECT_EQ(is_public, route.access == Access::kPublic) << name;
        const dom::element responses = operation["responses"];
        EXPECT_EQ(responses["401"].error() == simdjson::SUCCESS, !is_public) << name;
        // There an Origin is refused so as well, and errors are JSON-RPC's.
        const bool is_mcp = route.pattern == "/mcp";
        EXPECT_EQ(responses["403"].error() == simdjson::SUCCESS,
                  route.access == Access::kWrite || is_mcp)
            << name;
        const std::string_view media =
            route.errors == ErrorShape::kProblem ? "application/problem+json" : "application/json";
        for (const auto [status, one] : responses.get_object()) {
            if (status.front() < '4' || name == "GET /readyz" || is_mcp) continue;
            const dom::element content = resolved(one)["content"];
            for (const auto [type, shape] : content.get_object())
                EXPECT_EQ(type, media) << name << " " << status;
        }
    }
}

TEST_F(OpenapiTest, IsServedWithATag) {
    const TestService service(path("data"), AccessKeys("full", ""));
    const RawAnswer answer = service.ask("GET", "/openapi.json");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.headers.at("content-type"), "application/json");
    EXPECT_TRUE(answer.body == text_);
    const std::string tag = answer.headers.at("etag");
    for (const std::string& known : {tag, "\"other\", W/" + tag, std::string("*")}) {
        const RawAnswer again =
            service.ask("GET", "/openapi.json", "", "If-None-Match: " + known + "\r\n");
        EXPECT_EQ(again.status, 304U) << known;
        EXPECT_EQ(again.headers.at("etag"), tag);
        EXPECT_EQ(again.body, "");
    }
    EXPECT_EQ(service.ask("GET", "/openapi.json", "", "If-None-Match: \"other\"\r\n").status, 200U);
}

}  // namespace
}  // namespace temblor::testing
