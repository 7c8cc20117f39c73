#include "server/http/serve_connection.h"

#include <string>
#include <utility>

#include "server/http/connection.h"

namespace temblor {
namespace {

/// An IPv4 address, or the network of an IPv6 address: one client has all 2^64 addresses of that.
uint64_t client_of(const boost::asio::ip::address& address) {
    if (address.is_v4()) return address.to_v4().to_uint();
    const auto v6 = address.to_v6();
    const auto bytes = v6.to_bytes();
    uint64_t network = 0;
    const size_t first = v6.is_v4_mapped() ? 8 : 0;
    for (size_t i = 0; i < 8; ++i) network = network << 8 | bytes[first + i];
    return v6.is_v4_mapped() ? network & 0xFFFF'FFFF : network;
}

}  // namespace

void serve_connection(const std::shared_ptr<ServerState>& state, TcpStream&& socket) {
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    const auto remote = socket.remote_endpoint(ignored);
    std::string peer = ignored ? std::string() : remote.address().to_string();
    static std::atomic<uint64_t> connections{0};
    const RequestSource source{ignored ? 0 : client_of(remote.address()), ++connections};
    if (const auto tls = state->tls()) {
        using TlsStream = TlsStreamOf<TcpStream>;
        std::make_shared<Connection<TlsStream>>(state, TlsStream(std::move(socket), tls),
                                                std::move(peer), source)
            ->start();
    } else {
        std::make_shared<Connection<TcpStream>>(state, std::move(socket), std::move(peer), source)
            ->start();
    }
}

}  // namespace temblor
