#include "tests/server/test_service.h"

namespace temblor::testing {

TestService::TestService(const std::string& folder, const AccessKeys& keys,
                         const ServerLimits& limits, std::chrono::milliseconds slow_query) {
    StoreOptions options;
    options.collection.memtable_points = 200;
    options.collection.database.write_buffer_bytes = 256 << 10;
    store_ = Store::open(folder, options).value();
    service_ = std::make_unique<Service>(*store_, log_,
                                         Service::Options{folder, keys, limits, slow_query, "0"});
    HttpServerOptions http;
    http.port = 0;
    http.threads = 2;
    http.blocking_threads = 4;
    http.limits = limits;
    server_ = HttpServer::listen(http, *service_).value();
    service_->watch(server_.get());
    thread_ = std::thread([this] { server_->run(); });
}

TestService::~TestService() {
    server_->stop();
    thread_.join();
}

RawAnswer TestService::ask(const std::string& method, const std::string& path,
                           const std::string& body, const std::string& headers) const {
    return RawClient(port()).ask(with_body(method, path, body, headers + "Connection: close\r\n"));
}

}  // namespace temblor::testing
