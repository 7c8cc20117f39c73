#pragma once

#include <memory>
#include <string>
#include <thread>

#include "server/service.h"
#include "tests/server/raw_client.h"

namespace temblor::testing {

/// A Service over a Store in a folder, behind an HttpServer on a free port.
class TestService {
public:
    TestService(const std::string& folder, const AccessKeys& keys, const ServerLimits& limits = {},
                std::chrono::milliseconds slow_query = std::chrono::milliseconds(1'000));
    ~TestService();
    TestService(const TestService&) = delete;
    TestService& operator=(const TestService&) = delete;

    [[nodiscard]] uint16_t port() const { return server_->port(); }
    [[nodiscard]] Store& store() { return *store_; }
    [[nodiscard]] Service& service() { return *service_; }
    /// One request, over a connection of its own. `body` is JSON.
    RawAnswer ask(const std::string& method, const std::string& path, const std::string& body = "",
                  const std::string& headers = "") const;

private:
    AccessLog log_{true, AccessLog::Level::kOff, false};
    std::unique_ptr<Store> store_;
    std::unique_ptr<Service> service_;
    std::unique_ptr<HttpServer> server_;
    std::thread thread_;
};

}  // namespace temblor::testing
