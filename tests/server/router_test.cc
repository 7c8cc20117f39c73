#include "server/http/router.h"

#include <set>

#include <gtest/gtest.h>

#include "server/routes.h"

namespace temblor::testing {
namespace {

using boost::beast::http::verb;

Router make_router() {
    return Router({
        {verb::get, "/", nullptr},
        {verb::get, "/c/{name}", nullptr},
        {verb::put, "/c/{name}", nullptr},
        {verb::post, "/c/aliases", nullptr},
        {verb::get, "/c/{name}/points/{id}", nullptr},
        {verb::post, "/c/{name}/points/count", nullptr},
        {verb::get, "/c/{name}/points/count", nullptr},
        {verb::get, "/{any}/b/points/{id}", nullptr},
        {verb::post, "/v1/x", nullptr, Access::kRead, Lane::kSearch, false, ErrorShape::kProblem},
    });
}

RouteMatch find(const Router& router, verb method, std::string_view target) {
    HttpHead head;
    head.method = method;
    EXPECT_TRUE(parse_target(target, head).is_ok()) << target;
    return router.find(head);
}

std::string pattern(const RouteMatch& match) {
    return match.route == nullptr ? "none" : std::string(match.route->pattern);
}

TEST(RouterTest, ParametersAreTakenOut) {
    const Router router = make_router();
    const RouteMatch match = find(router, verb::get, "/c/a%2Fb/points/7");
    EXPECT_EQ(pattern(match), "/c/{name}/points/{id}");
    EXPECT_EQ(match.parameters, (std::vector<std::string>{"a/b", "7"}));
    EXPECT_EQ(pattern(find(router, verb::get, "/")), "/");
    EXPECT_EQ(pattern(find(router, verb::get, "/c")), "none");
    EXPECT_EQ(pattern(find(router, verb::get, "/c/a/b/c/d")), "none");
    EXPECT_EQ(find(router, verb::get, "/c").allowed, "");
}

TEST(RouterTest, ALiteralBeatsAParameter) {
    const Router router = make_router();
    EXPECT_EQ(pattern(find(router, verb::get, "/c/x/points/count")), "/c/{name}/points/count");
    EXPECT_EQ(find(router, verb::get, "/c/x/points/count").parameters,
              std::vector<std::string>{"x"});
    EXPECT_EQ(pattern(find(router, verb::post, "/c/aliases")), "/c/aliases");
    // No literal has this method: the parameter's route does.
    EXPECT_EQ(pattern(find(router, verb::get, "/c/aliases")), "/c/{name}");
    // The earlier literal decides.
    EXPECT_EQ(pattern(find(router, verb::get, "/c/b/points/7")), "/c/{name}/points/{id}");
}

TEST(RouterTest, OtherMethodsAreNamed) {
    const Router router = make_router();
    const RouteMatch match = find(router, verb::delete_, "/c/x");
    EXPECT_EQ(match.route, nullptr);
    EXPECT_EQ(match.allowed, "GET, HEAD, PUT");
    const RouteMatch ours = find(router, verb::get, "/v1/x");
    EXPECT_EQ(ours.allowed, "POST");
    EXPECT_EQ(ours.errors, ErrorShape::kProblem);
    // Each once, though two patterns have it.
    EXPECT_EQ(find(router, verb::delete_, "/c/x/points/count").allowed, "GET, HEAD, POST");
}

TEST(RouterTest, HeadFindsWhatGetHas) {
    const Router router = make_router();
    EXPECT_EQ(pattern(find(router, verb::head, "/c/x")), "/c/{name}");
    EXPECT_EQ(find(router, verb::head, "/v1/x").allowed, "POST");
}

TEST(RouterTest, TheServersRoutesAreDistinct) {
    std::set<std::string> seen;
    for (const Route& route : all_routes()) {
        std::string name(boost::beast::http::to_string(route.method));
        for (size_t i = 0; i < route.pattern.size(); ++i) {
            name += route.pattern[i];
            if (route.pattern[i] == '{') i = route.pattern.find('}', i);
        }
        EXPECT_TRUE(seen.insert(name).second) << name;
        EXPECT_NE(route.handle, nullptr) << name;
        if (route.streamed) {
            EXPECT_EQ(route.lane, Lane::kBlocking) << name;
        }
    }
}

}  // namespace
}  // namespace temblor::testing
