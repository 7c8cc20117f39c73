#include "tests/server/test_server.h"

#include <atomic>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "server/http/http_server.h"
#include "server/http/router.h"
#include "server/problem.h"

namespace temblor::testing {
namespace {

using boost::beast::http::verb;

constexpr size_t kFileBytes = 100'000;

HttpResponse text(std::string body) {
    HttpResponse response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
}

class TestApplication final : public HttpApplication {
public:
    std::optional<HttpResponse> admit(const HttpHead& head, RouteMatch& match) override {
        match = router_.find(head);
        if (match.route != nullptr) return std::nullopt;
        return error_response(match.errors, 404, "no route");
    }

    HttpResponse handle(const Route& route, HttpRequest& request) override {
        ++handled;
        if (route.pattern == "/hello") return text("hello");
        if (route.pattern == "/wait") return wait(request);
        if (route.pattern == "/upload") return upload(request);
        if (route.pattern == "/file") {
            HttpResponse response;
            response.file = file_.string();
            return response;
        }
        if (route.pattern == "/pieces") {
            HttpResponse response;
            response.streamed = [](BodyWriter& writer) {
                for (char c = 0; c < 100; ++c) {
                    const std::string piece(1000, static_cast<char>('a' + c % 26));
                    if (!writer.write(piece).is_ok()) return;
                }
            };
            return response;
        }
        HttpResponse response = text(std::move(request.body));
        response.headers.emplace_back(
            "X-Length", std::to_string(request.head.content_length.value_or(UINT64_MAX)));
        return response;
    }
    HttpResponse refuse(ErrorShape shape, unsigned status, const std::string& detail) override {
        return error_response(shape, status, detail);
    }
    void finished(const HttpHead&, const Route*, unsigned, uint64_t, uint64_t, double) override {
        ++answered;
    }

    TestApplication() {
        static std::atomic<int> count{0};
        file_ = std::filesystem::temp_directory_path() /
                ("temblor-test-" + std::to_string(getpid()) + "-" + std::to_string(count++));
        std::ofstream(file_) << std::string(kFileBytes, 'f');
    }
    ~TestApplication() override {
        std::error_code ignored;
        std::filesystem::remove(file_, ignored);
    }

    std::atomic<bool> open{false};
    std::atomic<uint32_t> at_gate{0};
    std::atomic<uint32_t> cancelled{0};
    std::atomic<uint32_t> handled{0};
    std::atomic<uint32_t> answered{0};

private:
    HttpResponse wait(const HttpRequest& request) {
        ++at_gate;
        while (!open && !request.cancelled())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (!open) ++cancelled;
        --at_gate;
        return text("waited");
    }
    static HttpResponse upload(HttpRequest& request) {
        if (request.head.query.contains("ignore")) return text("ignored");
        uint64_t bytes = 0;
        while (request.stream != nullptr) {
            auto piece = request.stream->read();
            if (!piece.is_ok()) {
                return error_response(
                    ErrorShape::kQdrant,
                    piece.status().code() == StatusCode::kResourceExhausted ? 413 : 400,
                    piece.status().message());
            }
            if (piece->empty()) break;
            bytes += piece->size();
        }
        return text(std::to_string(bytes) + " bytes");
    }

    const Router router_{{
        {verb::get, "/hello", nullptr, Access::kPublic, Lane::kInstant},
        {verb::post, "/echo", nullptr, Access::kPublic, Lane::kSearch},
        {verb::post, "/wait", nullptr, Access::kPublic, Lane::kBlocking},
        {verb::post, "/upload", nullptr, Access::kPublic, Lane::kBlocking, true},
        {verb::get, "/pieces", nullptr, Access::kPublic, Lane::kBlocking},
        {verb::get, "/file", nullptr, Access::kPublic, Lane::kBlocking},
        {verb::post, "/v1/echo", nullptr, Access::kPublic, Lane::kSearch, false,
         ErrorShape::kProblem},
    }};
    std::filesystem::path file_;
};

}  // namespace

struct TestServer::Impl {
    TestApplication application;
    std::unique_ptr<HttpServer> server;
    std::thread thread;
};

TestServer::TestServer(const TestServerOptions& options) : impl_(std::make_unique<Impl>()) {
    HttpServerOptions http;
    http.port = 0;
    http.threads = options.threads;
    http.blocking_threads = options.blocking_threads;
    http.certificate = options.certificate;
    http.key = options.key;
    http.cors_origins = options.cors_origins;
    http.limits = options.limits;
    impl_->server = HttpServer::listen(http, impl_->application).value();
    impl_->thread = std::thread([this] { impl_->server->run(); });
}

TestServer::~TestServer() {
    open_gate();
    stop();
    join();
}

uint16_t TestServer::port() const { return impl_->server->port(); }
void TestServer::stop() { impl_->server->stop(); }
void TestServer::join() {
    if (impl_->thread.joinable()) impl_->thread.join();
}
Status TestServer::reload_certificate() { return impl_->server->reload_certificate(); }
void TestServer::open_gate() { impl_->application.open = true; }
uint32_t TestServer::at_gate() const { return impl_->application.at_gate; }
uint32_t TestServer::cancelled() const { return impl_->application.cancelled; }
uint32_t TestServer::handled() const { return impl_->application.handled; }
uint32_t TestServer::finished() const { return impl_->application.answered; }
uint64_t TestServer::connections() const { return impl_->server->stats().connections; }
uint64_t TestServer::turned_away() const { return impl_->server->stats().turned_away; }
uint64_t TestServer::shed() const { return impl_->server->stats().shed; }
uint32_t TestServer::waiting() const { return impl_->server->stats().waiting; }

}  // namespace temblor::testing
