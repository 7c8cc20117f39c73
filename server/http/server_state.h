#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "server/http/admission.h"
#include "server/http/cors_policy.h"
#include "server/http/deadline.h"
#include "server/http/http_server.h"
#include "server/http/server_threads.h"

namespace temblor {

/// A connection, as those see it who only count it and close it.
class OpenConnection {
public:
    virtual ~OpenConnection() = default;
    [[nodiscard]] const Deadline& deadline() const { return deadline_; }
    /// Its deadline has passed: ends the operation under way. From any thread.
    virtual void expire() = 0;
    /// Closes it if it is waiting for a request, or if the server has given up on it. From any
    /// thread.
    virtual void close_if_idle() = 0;

protected:
    Deadline deadline_;
};

/// What the connections of a server share. Internal to server/http.
class ServerState {
public:
    ServerState(const HttpServerOptions& server_options, HttpApplication& server_application);

    const HttpServerOptions options;
    HttpApplication& application;
    const CorsPolicy cors;
    const uint32_t slots;  ///< searches at a time
    boost::asio::io_context io;
    boost::asio::thread_pool blocking_threads;
    boost::asio::thread_pool model_threads;
    std::atomic<bool> stopping{false};   ///< no new requests
    std::atomic<bool> abandoned{false};  ///< requests under way should end
    std::atomic<uint64_t> shed{0};

    /// Runs `run` in its lane, now or later, or calls `refuse`; within the call in Lane::kInstant.
    void schedule(Lane lane, RequestSource source, std::function<void()> run,
                  std::function<void()> refuse);
    /// The connection is gone.
    void leave(RequestSource source);

    void add(OpenConnection& connection);
    void remove(OpenConnection& connection);
    [[nodiscard]] size_t open_connections() const;
    void close_idle();
    /// Ends what should have ended.
    void sweep();
    /// Reads and searches until stop_threads().
    void run_threads() { threads_.run(); }
    void stop_threads() { threads_.stop(); }

    [[nodiscard]] Admission::Clock::duration time_for(uint64_t bytes) const;
    [[nodiscard]] uint32_t running() const {
        return searches_.running() + blocked_.running() + modelled_.running();
    }
    [[nodiscard]] uint32_t waiting() const {
        return searches_.waiting() + blocked_.waiting() + modelled_.waiting();
    }

    /// Null without TLS.
    [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> tls() const;
    Status load_certificate();

private:
    static void run_blocking(Admission& admission, Admission::Work& work);

    Admission searches_;
    Admission blocked_;
    Admission modelled_;
    ServerThreads threads_;
    mutable std::mutex mutex_;
    std::unordered_set<OpenConnection*> connections_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
};

}  // namespace temblor
