#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>

namespace temblor {

/// A connection's socket; what happens to it happens on its strand.
using TcpStream =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                     boost::asio::strand<boost::asio::io_context::executor_type>>;

/// Whether the other side has closed the connection, or it broke; takes nothing of what it sent.
bool peer_is_gone(TcpStream& socket);

}  // namespace temblor
