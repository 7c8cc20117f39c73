// Long work over HTTP: what becomes a task, how it is listed and cancelled, and slow requests.

#include <filesystem>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "server/slow_queries.h"
#include "tests/data/test_files.h"
#include "tests/server/test_server.h"
#include "tests/server/test_service.h"

namespace temblor::testing {
namespace {

namespace json = boost::json;

class TaskRoutesTest : public FolderTest {
protected:
    [[nodiscard]] std::string data() const { return path("data"); }

    static void create(const TestService& service) {
        EXPECT_EQ(service.ask("PUT", "/collections/c", R"({"sparse_vectors":{"s":{}}})").status,
                  200U);
    }
    static std::string lines(uint64_t from, uint64_t count) {
        std::string out;
        for (uint64_t id = from; id < from + count; ++id) {
            out += R"({"id":)" + std::to_string(id) +
                   R"(,"payload":{"n":1},"vector":{"s":{"indices":[1,2],"values":[2,1]}}})"
                   "\n";
        }
        return out;
    }
    static RawAnswer import(const TestService& service, const std::string& body) {
        return service.ask("POST", "/v1/collections/c/import", body);
    }
    static json::object ask_json(const TestService& service, const std::string& method,
                                 const std::string& path, unsigned status) {
        const RawAnswer answer = service.ask(method, path);
        EXPECT_EQ(answer.status, status) << answer.body;
        return json::parse(answer.body).as_object();
    }
    /// Waits for its end and gives its state.
    static std::string state_of(const TestService& service, const json::object& task) {
        const std::string path = "/v1/tasks/" + json::serialize(task.at("id"));
        json::object now;
        EXPECT_TRUE(eventually([&] {
            now = ask_json(service, "GET", path, 200);
            return now.at("state").as_string() != "running";
        }));
        EXPECT_TRUE(now.at("ended").is_string());
        return std::string(now.at("state").as_string());
    }
};

TEST_F(TaskRoutesTest, OptimizeLeavesOneSegment) {
    const TestService service(data(), {});
    create(service);
    for (uint64_t i = 0; i < 5; ++i) ASSERT_EQ(import(service, lines(i * 200, 250)).status, 200U);
    const json::object task = ask_json(service, "POST", "/v1/collections/c/optimize", 202);
    EXPECT_EQ(task.at("kind").as_string(), "optimize");
    EXPECT_EQ(task.at("collection").as_string(), "c");
    EXPECT_EQ(state_of(service, task), "done");
    const json::object info = ask_json(service, "GET", "/collections/c", 200);
    EXPECT_EQ(info.at("result").at("segments_count").as_int64(), 1);
    EXPECT_EQ(info.at("result").at("points_count").as_int64(), 1050);
    EXPECT_EQ(service.ask("DELETE", "/v1/tasks/" + json::serialize(task.at("id"))).status, 409U);
}

TEST_F(TaskRoutesTest, SnapshotsRunInTheBackgroundWhenNobodyWaits) {
    const TestService service(data(), {});
    create(service);
    ASSERT_EQ(import(service, lines(0, 10)).status, 200U);
    const RawAnswer answer = service.ask("POST", "/collections/c/snapshots?wait=false");
    ASSERT_EQ(answer.status, 202U) << answer.body;
    const json::object body = json::parse(answer.body).as_object();
    EXPECT_EQ(body.at("status").as_string(), "accepted");
    const json::object& task = body.at("task").as_object();
    EXPECT_EQ(answer.headers.at("location"), "/v1/tasks/" + json::serialize(task.at("id")));
    EXPECT_EQ(state_of(service, task), "done");
    const json::object snapshots = ask_json(service, "GET", "/collections/c/snapshots", 200);
    EXPECT_EQ(snapshots.at("result").as_array().size(), 1U);
    EXPECT_EQ(service.ask("POST", "/collections/c/snapshots?wait=perhaps").status, 400U);
    EXPECT_EQ(service.ask("POST", "/collections/none/snapshots?wait=false").status, 404U);
}

TEST_F(TaskRoutesTest, WorkOfRequestsIsListed) {
    const TestService service(data(), {});
    create(service);
    ASSERT_EQ(import(service, lines(0, 3)).status, 200U);
    ASSERT_EQ(
        service.ask("PUT", "/collections/c/index", R"({"field_name":"n","field_schema":"integer"})")
            .status,
        200U);
    ASSERT_EQ(service.ask("POST", "/collections/c/snapshots").status, 200U);
    ASSERT_EQ(service.ask("POST", "/collections/d/snapshots/upload", "no archive").status, 400U);
    std::vector<std::string> seen;
    const json::value listed = ask_json(service, "GET", "/v1/tasks", 200);
    for (const json::value& one : listed.at("tasks").as_array()) {
        if (one.at("id").is_null()) continue;
        seen.push_back(std::string(one.at("kind").as_string()) + " " +
                       std::string(one.at("collection").as_string()) + " " +
                       std::string(one.at("state").as_string()));
        EXPECT_EQ(one.at("error").is_null(), one.at("state").as_string() == "done");
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"restore d failed", "snapshot c done", "index c done",
                                              "import c done"}));
    EXPECT_EQ(ask_json(service, "GET", "/v1/tasks/1", 200).at("done").as_int64(), 3);
}

TEST_F(TaskRoutesTest, ACancelledImportSaysSoAndKeepsWhatItAnswered) {
    const TestService service(data(), {});
    create(service);
    RawClient client(service.port());
    const auto chunk = [](const std::string& text) {
        char size[20];
        std::snprintf(size, sizeof size, "%zx\r\n", text.size());
        return size + text + "\r\n";
    };
    client.send(
        "POST /v1/collections/c/import HTTP/1.1\r\nHost: x\r\n"
        "Transfer-Encoding: chunked\r\n\r\n" +
        chunk(lines(0, 1'000)));
    EXPECT_TRUE(eventually([&] {
        const RawAnswer answer = service.ask("GET", "/v1/tasks/1");
        return answer.status == 200 && json::parse(answer.body).at("done").as_int64() == 1'000;
    }));
    const json::object cancelled = ask_json(service, "DELETE", "/v1/tasks/1", 202);
    EXPECT_TRUE(cancelled.at("cancelling").as_bool());
    client.send(chunk(lines(1'000, 5)));
    const RawAnswer answer = client.answer();
    EXPECT_NE(answer.body.find("{\"line\":1000,\"ok\":true}"), std::string::npos);
    EXPECT_NE(answer.body.find("{\"line\":1001,\"ok\":false,\"error\":\"the import was cancelled"),
              std::string::npos)
        << answer.body.substr(answer.body.size() - std::min<size_t>(200, answer.body.size()));
    EXPECT_EQ(ask_json(service, "GET", "/v1/tasks/1", 200).at("state").as_string(), "cancelled");
    const json::object info = ask_json(service, "GET", "/collections/c", 200);
    EXPECT_EQ(info.at("result").at("points_count").as_int64(), 1'000);
}

TEST_F(TaskRoutesTest, OtherTasksAreNotFound) {
    const TestService service(data(), {});
    for (const char* id : {"7", "x", "-1", "99999999999999999999999", "1x"}) {
        const RawAnswer answer = service.ask("GET", "/v1/tasks/" + std::string(id));
        EXPECT_EQ(answer.status, 404U) << id;
        EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
        EXPECT_EQ(service.ask("DELETE", "/v1/tasks/" + std::string(id)).status, 404U) << id;
    }
    EXPECT_EQ(service.ask("POST", "/v1/collections/none/optimize").status, 404U);
    create(service);
    const RawAnswer unknown = service.ask("POST", "/v1/collections/c/optimize", R"({"much":1})");
    EXPECT_EQ(unknown.status, 400U);
    EXPECT_NE(unknown.body.find("much"), std::string::npos) << unknown.body;
}

TEST_F(TaskRoutesTest, SlowRequestsAreListedWithoutTheirBodies) {
    const TestService service(data(), {}, {}, std::chrono::milliseconds(0));
    create(service);
    ASSERT_EQ(import(service, lines(0, 50)).status, 200U);
    ASSERT_EQ(service
                  .ask("POST", "/collections/c/points/query?" + std::string(300, 'x'),
                       R"({"using":"s","query":{"indices":[1],"values":[123456]}})",
                       "X-Request-Id: mine\r\n")
                  .status,
              200U);
    json::value found;
    EXPECT_TRUE(eventually([&] {  // it is written after the answer was sent
        const RawAnswer answer = service.ask("GET", "/v1/slow-queries");
        EXPECT_EQ(answer.body.find("123456"), std::string::npos);
        const json::value listed = json::parse(answer.body);
        for (const json::value& one : listed.at("queries").as_array()) {
            if (one.at("request_id").as_string() == "mine") found = one;
        }
        return !found.is_null();
    }));
    EXPECT_EQ(found.at("route").as_string(), "/collections/{c}/points/query");
    EXPECT_EQ(found.at("collection").as_string(), "c");
    EXPECT_EQ(found.at("status").as_int64(), 200);
    EXPECT_LE(found.at("target").as_string().size(), SlowQueries::kTargetBytes + 3);
    EXPECT_TRUE(found.at("counters").as_object().contains("documents_scored"));
}

TEST(SlowQueries, KeepsTheLast) {
    SlowQueries queries;
    for (unsigned i = 0; i < SlowQueries::kKept + 7; ++i) {
        SlowQuery one;
        one.status = i;
        queries.add(std::move(one));
    }
    const auto list = queries.list();
    ASSERT_EQ(list.size(), SlowQueries::kKept);
    EXPECT_EQ(list.front().status, SlowQueries::kKept + 6);
    EXPECT_EQ(list.back().status, 7U);
}

}  // namespace
}  // namespace temblor::testing
