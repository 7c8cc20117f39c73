#include "tests/fuzz/fuzzed_service.h"

#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "data/check.h"

namespace temblor::testing {

FuzzedService::FuzzedService()
    : folder_((std::filesystem::temp_directory_path() / fmt::format("temblor-fuzz-{}", getpid()))
                  .string()) {
    // Here, so that what RocksDB keeps until the process ends is older, and goes later.
    begin();
}

FuzzedService::~FuzzedService() {
    service_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

TestService& FuzzedService::next() {
    if (++uses_ % 500 == 0) begin();
    return *service_;
}

void FuzzedService::begin() {
    service_.reset();
    std::filesystem::remove_all(folder_);
    ServerLimits limits;
    limits.k = 100;
    limits.body_bytes = 64 << 10;
    service_ = std::make_unique<TestService>(folder_, AccessKeys(), limits);
    const RawAnswer made = service_->ask(
        "PUT", "/collections/c",
        R"({"vectors":{"d":{"size":2,"distance":"Euclid"},"":{"size":3,"distance":"Dot"}},"sparse_vectors":{"s":{}}})");
    TEMBLOR_CHECK(made.status == 200);
    std::string points;
    for (int i = 0; i < 20; ++i) {
        points += fmt::format(
            R"({}{{"id":{},"payload":{{"a":"{}"}},"vector":{{"s":{{"indices":[{},{}],"values":[1,{}]}},"d":[{},1],"":[1,2,{}]}}}})",
            i == 0 ? "" : ",", i, i % 3, i % 5, 5 + i, i, i, i);
    }
    const RawAnswer filled =
        service_->ask("PUT", "/collections/c/points", "{\"points\":[" + points + "]}");
    TEMBLOR_CHECK(filled.status == 200);
}

}  // namespace temblor::testing
