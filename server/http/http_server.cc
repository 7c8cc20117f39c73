#include "server/http/http_server.h"

#include <algorithm>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <sys/resource.h>

#include "server/http/serve_connection.h"
#include "server/http/server_state.h"

namespace temblor {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using boost::system::error_code;

constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr auto kDrainLook = std::chrono::milliseconds(20);
/// How late a deadline may be noticed.
constexpr auto kSweep = std::chrono::milliseconds(50);
/// File descriptors that databases, segments and logs keep for themselves.
constexpr uint64_t kOwnDescriptors = 128;

/// Connections that the limits and the process's descriptors allow.
uint64_t connection_limit(const ServerLimits& limits) {
    rlimit descriptors{};
    if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur == RLIM_INFINITY)
        return limits.connections;
    const uint64_t all = descriptors.rlim_cur;
    return std::min<uint64_t>(limits.connections, all - std::min(all / 2, kOwnDescriptors));
}

}  // namespace

struct HttpServer::Impl {
    Impl(const HttpServerOptions& options, HttpApplication& application)
        : state(std::make_shared<ServerState>(options, application)),
          acceptor(net::make_strand(state->io)),
          pause(acceptor.get_executor()),
          drain(acceptor.get_executor()),
          sweep_time(acceptor.get_executor()),
          limit(connection_limit(options.limits)) {}

    Status listen() {
        const HttpServerOptions& options = state->options;
        TEMBLOR_RETURN_IF_ERROR(state->load_certificate());
        error_code error;
        const auto address = net::ip::make_address(options.address, error);
        if (error) {
            return Status::invalid_argument("listen: expected an IP address, got '" +
                                            options.address + "'");
        }
        const tcp::endpoint endpoint(address, options.port);
        acceptor.open(endpoint.protocol(), error);
        if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
        if (!error) acceptor.bind(endpoint, error);
        if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
        if (error) {
            return Status::io_error(
                "listen on " + options.address + ":" + std::to_string(options.port), error.value());
        }
        bound = acceptor.local_endpoint(error).port();
        return Status::ok();
    }

    void accept() {
        acceptor.async_accept(
            net::make_strand(state->io), [this](error_code error, TcpStream socket) {
                if (state->stopping || error == net::error::operation_aborted) return;
                if (error) {  // most often no descriptor is free: those in use must go first
                    pause.expires_after(kAcceptPause);
                    pause.async_wait([this](error_code stopped) {
                        if (!stopped) accept();
                    });
                    return;
                }
                ++accepted;
                if (state->open_connections() >= limit) {
                    turn_away(socket);
                } else {
                    serve_connection(state, std::move(socket));
                    if (!sweeping) sweep();
                }
                accept();
            });
    }

    /// Says so and closes, without waiting for anything.
    void turn_away(TcpStream& socket) {
        ++turned_away;
        static constexpr std::string_view kAnswer =
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
            "Content-Length: 0\r\n\r\n";
        error_code ignored;
        socket.non_blocking(true, ignored);
        if (state->tls() == nullptr)
            socket.write_some(net::buffer(kAnswer.data(), kAnswer.size()), ignored);
        socket.shutdown(tcp::socket::shutdown_both, ignored);
    }

    /// On the acceptor's strand: looks after deadlines while there are connections.
    void sweep() {
        sweeping = state->open_connections() > 0;
        if (!sweeping) return;
        sweep_time.expires_after(kSweep);
        sweep_time.async_wait([this](error_code stopped) {
            if (stopped) return;
            state->sweep();
            sweep();
        });
    }

    /// On the acceptor's strand: waits for the connections to end, then for nobody.
    void look_for_end(Admission::Clock::time_point deadline) {
        state->close_idle();
        if (state->open_connections() == 0 || Admission::Clock::now() >= deadline) {
            state->abandoned = true;
            state->stop_threads();
            return;
        }
        drain.expires_after(kDrainLook);
        drain.async_wait([this, deadline](error_code) { look_for_end(deadline); });
    }

    std::shared_ptr<ServerState> state;
    tcp::acceptor acceptor;
    net::steady_timer pause;
    net::steady_timer drain;
    net::steady_timer sweep_time;
    bool sweeping = false;  ///< on the acceptor's strand
    const uint64_t limit;
    uint16_t bound = 0;
    std::atomic<uint64_t> accepted{0};
    std::atomic<uint64_t> turned_away{0};
};

HttpServer::HttpServer() = default;

HttpServer::~HttpServer() {
    impl_->state->abandoned = true;
    impl_->state->stop_threads();
    impl_->state->blocking_threads.join();
    impl_->state->model_threads.join();
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const HttpServerOptions& options,
                                                       HttpApplication& application) {
    std::unique_ptr<HttpServer> server(new HttpServer());
    server->impl_ = std::make_unique<Impl>(options, application);
    TEMBLOR_RETURN_IF_ERROR(server->impl_->listen());
    return server;
}

uint16_t HttpServer::port() const { return impl_->bound; }

void HttpServer::run() {
    net::post(impl_->acceptor.get_executor(), [this] { impl_->accept(); });
    impl_->state->run_threads();
    impl_->state->abandoned = true;
    impl_->state->blocking_threads.join();
    impl_->state->model_threads.join();
    // Connections that did not end in time hold the state, and it holds what they wait for.
    impl_->state->io.restart();
    impl_->state->close_idle();
    while (impl_->state->io.poll() > 0) {
    }
}

void HttpServer::stop() {
    if (impl_->state->stopping.exchange(true)) return;
    net::post(impl_->acceptor.get_executor(), [this] {
        error_code ignored;
        impl_->acceptor.close(ignored);
        impl_->pause.cancel();
        impl_->look_for_end(Admission::Clock::now() + impl_->state->options.limits.drain_time);
    });
}

Status HttpServer::reload_certificate() { return impl_->state->load_certificate(); }

HttpServerStats HttpServer::stats() const {
    HttpServerStats stats;
    stats.connections = impl_->state->open_connections();
    stats.accepted = impl_->accepted;
    stats.turned_away = impl_->turned_away;
    stats.shed = impl_->state->shed;
    stats.running = impl_->state->running();
    stats.waiting = impl_->state->waiting();
    return stats;
}

}  // namespace temblor
