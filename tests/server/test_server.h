#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "data/status.h"
#include "server/limits.h"

namespace temblor::testing {

struct TestServerOptions {
    ServerLimits limits;
    uint32_t threads = 2;
    uint32_t blocking_threads = 2;
    std::string certificate;
    std::string key;
    std::vector<std::string> cors_origins;
};

/// An HttpServer on a free port with a small application. Ends with the object. Its routes:
///   GET /hello            "hello"
///   POST /echo            the body; in the header X-Length what Content-Length said
///   POST /wait            waits for open_gate(), or for the request to be cancelled
///   POST /upload          streamed: "N bytes"; with ?ignore the body is left unread
///   GET /pieces           streamed: 100 pieces of 1,000 bytes
///   GET /file             a file of 100,000 bytes
///   POST /v1/echo         as /echo
class TestServer {
public:
    explicit TestServer(const TestServerOptions& options = {});
    ~TestServer();
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    [[nodiscard]] uint16_t port() const;
    void stop();
    /// Waits for the end of run().
    void join();
    Status reload_certificate();

    /// Requests to /wait go on, those to come as well.
    void open_gate();
    [[nodiscard]] uint32_t at_gate() const;
    [[nodiscard]] uint32_t cancelled() const;  ///< left the gate because nobody waited
    [[nodiscard]] uint32_t handled() const;    ///< requests that reached a handler
    [[nodiscard]] uint32_t finished() const;   ///< answers that were sent, or could not be
    [[nodiscard]] uint64_t connections() const;
    [[nodiscard]] uint64_t turned_away() const;
    [[nodiscard]] uint64_t shed() const;
    [[nodiscard]] uint32_t waiting() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Whether `condition` comes true within a minute.
template <typename Condition>
bool eventually(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace temblor::testing
