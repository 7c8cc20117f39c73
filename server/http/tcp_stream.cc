#include "server/http/tcp_stream.h"

#include <cerrno>

#include <sys/socket.h>

namespace temblor {

bool peer_is_gone(TcpStream& socket) {
    char byte = 0;
    const ssize_t got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace temblor
