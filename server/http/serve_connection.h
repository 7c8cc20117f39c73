#pragma once

#include <memory>

#include "server/http/server_state.h"
#include "server/http/tcp_stream.h"

namespace temblor {

/// Takes over a connection that was accepted, until it ends.
void serve_connection(const std::shared_ptr<ServerState>& state, TcpStream&& socket);

}  // namespace temblor
