#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace temblor {

/// Requests that are sent round and round to a server on 127.0.0.1.
struct HttpLoad {
    uint16_t port = 0;
    uint32_t connections = 1;  ///< each has one request under way at most
    double seconds = 5;
    /// Requests a second, with the gaps of a Poisson process, whatever the answers do; 0: each
    /// connection sends when it has its answer.
    double rate = 0;
    bool even = false;  ///< with a rate: all gaps alike
    /// Looks for answers all the time in place of sleeping until they are there: what a client
    /// takes to wake up is then no part of the time.
    bool poll = false;
};

struct HttpLoadResult {
    uint64_t ok = 0;
    uint64_t shed = 0;   ///< 429 and 503
    uint64_t other = 0;  ///< any other status
    uint64_t lost = 0;   ///< no answer
    double seconds = 0;
    /// Of the requests that were answered 200, ascending. With a rate they begin when the request
    /// was due, so that waiting for a free connection counts.
    std::vector<double> microseconds;
};

/// Blocks for `seconds` and a little more; one thread serves all connections.
HttpLoadResult run_http_load(const HttpLoad& load, const std::vector<std::string>& requests);

/// `p` in [0, 1] of ascending values; 0 without any.
double quantile(const std::vector<double>& ascending, double p);

}  // namespace temblor
