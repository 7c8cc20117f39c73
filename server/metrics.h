#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "index/collection/store.h"
#include "query/search_parameters.h"
#include "server/http/http_server.h"
#include "server/http/router.h"

namespace temblor {

/// Counters of the server in Prometheus' text format. Thread-safe.
class Metrics {
public:
    /// `routes` outlive it.
    explicit Metrics(std::span<const Route> routes);
    ~Metrics();

    /// Null is no route.
    void count_request(const Route* route, unsigned status, double seconds);
    void count_search(const SearchCounters& counters);

    /// All of them, and the present state of the store and the server.
    [[nodiscard]] std::string text(const Store& store, const HttpServer* server) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace temblor
