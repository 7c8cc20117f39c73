#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/status.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/http/router.h"
#include "server/limits.h"

namespace temblor {

/// What a server is asked to do with what it reads. Thread-safe.
class HttpApplication {
public:
    virtual ~HttpApplication() = default;

    /// Decides on a request by its head alone: a route in `match`, or an answer right away (wrong
    /// path, no key, too large), before any of the body is read.
    virtual std::optional<HttpResponse> admit(const HttpHead& head, RouteMatch& match) = 0;
    /// Where the request, whose body is read unless its route is streamed, runs.
    virtual Lane lane_of(const Route& route, const HttpRequest& request) {
        (void)request;
        return route.lane;
    }
    /// Answers a request that was admitted. Called on a thread of the server, may block in
    /// Lane::kBlocking and Lane::kModel only.
    virtual HttpResponse handle(const Route& route, HttpRequest& request) = 0;
    /// The answer for a request that fails before a handler: 400, 408, 413, 503...
    virtual HttpResponse refuse(ErrorShape shape, unsigned status, const std::string& detail) = 0;
    /// After the answer was sent, or could not be.
    virtual void finished(const HttpHead& head, const Route* route, unsigned status,
                          uint64_t body_bytes, uint64_t answer_bytes, double seconds) = 0;
};

struct HttpServerOptions {
    std::string address = "127.0.0.1";
    uint16_t port = 7333;         ///< 0: any free one
    uint32_t threads = 0;         ///< for searches; 0: all cores
    uint32_t busy_poll_us = 200;  ///< a thread polls for the next request before it sleeps
    uint32_t blocking_threads = 16;
    uint32_t model_threads = 4;  ///< requests that wait for models at once
    std::string certificate;     ///< PEM files; both empty: no TLS
    std::string key;
    std::vector<std::string> cors_origins;  ///< as CorsPolicy takes them; none: no CORS
    ServerLimits limits;
};

/// How the server is doing.
struct HttpServerStats {
    uint64_t connections = 0;  ///< open
    uint64_t accepted = 0;
    uint64_t turned_away = 0;  ///< connections over the limit
    uint64_t shed = 0;         ///< requests answered 503 for want of threads
    uint32_t running = 0;
    uint32_t waiting = 0;
};

/// An HTTP/1.1 server on Boost.Beast: keep-alive, pipelining in order, deadlines for every step,
/// limits before memory is spent, gzip bodies, TLS. The threads that read connections also search
/// (server_threads.h); what waits for a core waits in a bounded queue.
class HttpServer {
public:
    /// Binds and listens. Errors: kIoError (address in use, certificates), kInvalidArgument.
    static Result<std::unique_ptr<HttpServer>> listen(const HttpServerOptions& options,
                                                      HttpApplication& application);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] uint16_t port() const;
    /// Serves until stop(). Call once.
    void run();
    /// Takes no more connections, lets requests under way end within `drain_time`, and makes run()
    /// return. Thread-safe.
    void stop();
    /// Reads the certificate and key again, for connections to come. Errors: the old ones stay.
    Status reload_certificate();
    [[nodiscard]] HttpServerStats stats() const;

private:
    HttpServer();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace temblor
