#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace temblor::testing {

/// `temblor serve` as a process of its own, on a free port of 127.0.0.1. Killed with the object.
class ServerProcess {
public:
    /// Its log goes to the file `log`. Returns when it listens; port() is 0 when it does not within
    /// 60 seconds.
    ServerProcess(const std::string& data, const std::string& log);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    [[nodiscard]] uint16_t port() const { return port_; }
    /// SIGKILL; returns when the process is gone.
    void kill();

private:
    pid_t child_ = -1;
    uint16_t port_ = 0;
};

}  // namespace temblor::testing
