// The service over HTTP: who may do what, and what paths, names and locations lead to.

#include "server/service.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "server/routes.h"
#include "tests/data/test_files.h"
#include "tests/server/test_service.h"

namespace temblor::testing {
namespace {

class ServiceTest : public FolderTest {
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

/// The route's pattern with something in the place of its parameters.
std::string path_of(const Route& route) {
    std::string path(route.pattern);
    for (size_t at = 0; (at = path.find('{')) != std::string::npos;)
        path.replace(at, path.find('}') - at + 1, "x");
    return path;
}

TEST_F(ServiceTest, EveryRouteAsksForItsKey) {
    const TestService service(data(), AccessKeys("full", "reading"));
    for (const Route& route : all_routes()) {
        const std::string method(boost::beast::http::to_string(route.method));
        const std::string name = method + " " + std::string(route.pattern);
        const auto status = [&](const std::string& headers) {
            return service.ask(method, path_of(route), "{}", headers).status;
        };
        const unsigned without = status("");
        const unsigned wrong = status("api-key: wrong\r\n");
        const unsigned reading = status("api-key: reading\r\n");
        const unsigned full = status("Authorization: Bearer full\r\n");
        if (route.access == Access::kPublic) {
            const unsigned allowed = path_of(route) == "/page/x" ? 404U : 200U;
            EXPECT_EQ(without, allowed) << name;
            EXPECT_EQ(wrong, allowed) << name;
        } else {
            EXPECT_EQ(without, 401U) << name;
            EXPECT_EQ(wrong, 401U) << name;
        }
        if (route.access == Access::kWrite) {
            EXPECT_EQ(reading, 403U) << name;
        } else {
            EXPECT_NE(reading, 401U) << name;
            EXPECT_NE(reading, 403U) << name;
        }
        EXPECT_NE(full, 0U) << name;
        EXPECT_NE(full, 401U) << name;
        EXPECT_NE(full, 403U) << name;
        EXPECT_LT(full, 500U) << name;
    }
}

TEST_F(ServiceTest, OtherPathsAndMethodsAreTold) {
    const TestService service(data(), {});
    const RawAnswer none = service.ask("GET", "/none");
    EXPECT_EQ(none.status, 404U);
    EXPECT_NE(none.body.find("/none"), std::string::npos) << none.body;
    EXPECT_EQ(service.ask("GET", "/v1/none").headers.at("content-type"),
              "application/problem+json");
    const RawAnswer other = service.ask("DELETE", "/collections");
    EXPECT_EQ(other.status, 405U);
    EXPECT_EQ(other.headers.at("allow"), "GET, HEAD");
    EXPECT_EQ(service.ask("BREW", "/collections").status, 405U);
    EXPECT_EQ(service.ask("GET", "/collections/none").status, 404U);
}

TEST_F(ServiceTest, NamesNeverBecomePaths) {
    const TestService service(data(), {});
    fill(service);
    const RawAnswer made = service.ask("POST", "/collections/c/snapshots");
    ASSERT_EQ(made.status, 200U) << made.body;
    std::ofstream(path("secret")) << "secret";
    std::filesystem::create_directories(path("data/snapshots"));
    std::ofstream(path("data/snapshots/secret")) << "secret";
    for (const char* name :
         {"..%2Fsecret", "..%2F..%2Fsecret", "%2Fetc%2Fpasswd", "..%2F..%2Fcatalog",
          "%2e%2e%2fsecret", ".%2Fx", ".hidden", "a%5Cb", "x%0Ay"}) {
        const std::string at = "/collections/c/snapshots/" + std::string(name);
        EXPECT_EQ(service.ask("GET", at).status, 404U) << name;
        EXPECT_EQ(service.ask("DELETE", at).status, 404U) << name;
    }
    EXPECT_EQ(service.ask("GET", "/collections/c/snapshots/../secret").status, 400U);
    EXPECT_EQ(slurp(path("data/snapshots/secret")), "secret");
    for (const char* name : {"..%2Fx", "%2Fetc", "a%2Fb", "a%0Ab"}) {
        EXPECT_EQ(
            service
                .ask("PUT", "/collections/" + std::string(name), R"({"sparse_vectors":{"s":{}}})")
                .status,
            400U)
            << name;
    }
    // Names that only look like ways are names.
    EXPECT_EQ(service.ask("PUT", "/collections/..x", R"({"sparse_vectors":{"s":{}}})").status,
              200U);
    EXPECT_EQ(names(), (std::vector<std::string>{"data", "secret"}));
}

TEST_F(ServiceTest, LocationsElsewhereAreRefused) {
    const TestService service(data(), {});
    fill(service);
    const RawAnswer made = service.ask("POST", "/collections/c/snapshots");
    ASSERT_EQ(made.status, 200U) << made.body;
    const std::string root = path("data/snapshots");
    std::string found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (entry.is_regular_file()) found = entry.path().string();
    }
    ASSERT_FALSE(found.empty());
    std::filesystem::copy_file(found, path("outside.snapshot"));
    std::filesystem::create_symlink(path("outside.snapshot"), root + "/link");
    std::filesystem::create_directory(path("data/snapshots2"));
    std::filesystem::copy_file(found, path("data/snapshots2/x"));
    for (const std::string& location :
         {std::string("http://127.0.0.1:1/x"), std::string("https://example.com/x"),
          std::string("ftp://127.0.0.1/x"), std::string("file://127.0.0.1/etc/passwd"),
          std::string("/etc/passwd"), std::string("file:///etc/passwd"),
          std::string("../../outside.snapshot"), path("outside.snapshot"), root + "/link",
          root + "/../../outside.snapshot", root, std::string(), std::string("."),
          path("data/snapshots2/x"), std::string("../snapshots2/x"), std::string("/dev/zero")}) {
        const RawAnswer answer = service.ask("PUT", "/collections/copy/snapshots/recover",
                                             "{\"location\":\"" + location + "\"}");
        EXPECT_EQ(answer.status, 400U) << location;
        EXPECT_NE(answer.body.find("body.location"), std::string::npos) << answer.body;
    }
    for (const char* name : {"copy1", "copy2"}) {
        const std::string location = (name[4] == '1' ? "file://" : "") + found;
        EXPECT_EQ(service
                      .ask("PUT", "/collections/" + std::string(name) + "/snapshots/recover",
                           "{\"location\":\"" + location + "\"}")
                      .status,
                  200U)
            << location;
    }
    EXPECT_EQ(service.ask("POST", "/collections/copy3/snapshots/upload", slurp(found)).status,
              200U);
    EXPECT_NE(service.ask("GET", "/collections/copy3").body.find("\"points_count\":1"),
              std::string::npos);
    EXPECT_EQ(service.ask("POST", "/collections/copy4/snapshots/upload", "junk").status / 100, 4U);
    for (const char* name : {"..%2F..%2Fx", "%2e%2e%2fx", "a%2Fb", "%2Fetc%2Fpasswd"}) {
        const std::string at = "/collections/" + std::string(name) + "/snapshots/";
        EXPECT_EQ(service.ask("PUT", at + "recover", R"({"location":")" + found + "\"}").status,
                  400U)
            << name;
        EXPECT_EQ(service.ask("POST", at + "upload", slurp(found)).status, 400U) << name;
        EXPECT_EQ(service.ask("GET", at).status, 404U) << name;
    }
}

TEST_F(ServiceTest, SnapshotsAreUploadedAsForms) {
    const TestService service(data(), {});
    fill(service);
    ASSERT_EQ(service.ask("POST", "/collections/c/snapshots").status, 200U);
    std::string archive;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(path("data/snapshots"))) {
        if (entry.is_regular_file()) archive = slurp(entry.path().string());
    }
    const auto upload = [&](const std::string& name, const std::string& field,
                            const std::string& content) {
        return service.ask("POST", "/collections/" + name + "/snapshots/upload",
                           "--b\r\nContent-Disposition: form-data; name=\"" + field +
                               "\"; filename=\"x\"\r\n\r\n" + content + "\r\n--b--\r\n",
                           "Content-Type: multipart/form-data; boundary=b\r\n");
    };
    const RawAnswer answer = upload("copy", "snapshot", archive);
    EXPECT_EQ(answer.status, 200U) << answer.body;
    EXPECT_NE(service.ask("GET", "/collections/copy").body.find("\"points_count\":1"),
              std::string::npos);
    const RawAnswer other = upload("copy2", "file", archive);
    EXPECT_EQ(other.status, 400U);
    EXPECT_NE(other.body.find("'snapshot'"), std::string::npos) << other.body;
    EXPECT_EQ(upload("copy2", "snapshot", "junk").status, 400U);
    EXPECT_EQ(upload("copy2", "snapshot", "").status, 400U);
    EXPECT_EQ(service.ask("GET", "/collections/copy2").status, 404U);
    // Nothing is left of what was received.
    for (const auto& entry : std::filesystem::directory_iterator(path("data/snapshots")))
        EXPECT_TRUE(entry.is_directory()) << entry.path();
}

}  // namespace
}  // namespace temblor::testing
