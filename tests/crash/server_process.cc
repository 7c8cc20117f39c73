#include "tests/crash/server_process.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/data/test_files.h"

namespace temblor::testing {

ServerProcess::ServerProcess(const std::string& data, const std::string& log) {
    std::filesystem::remove(log);
    child_ = ::fork();
    if (child_ == 0) {
        const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(out, STDERR_FILENO);
        ::execl(TEMBLOR_BINARY, "temblor", "serve", "--data", data.c_str(), "--listen",
                "127.0.0.1:0", nullptr);
        ::_exit(127);
    }
    const std::string said = "listening on http://127.0.0.1:";
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (port_ == 0 && std::chrono::steady_clock::now() < end) {
        if (::waitpid(child_, nullptr, WNOHANG) == child_) {
            child_ = -1;
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        if (!std::filesystem::exists(log)) continue;
        const std::string text = slurp(log);
        const size_t at = text.find(said);
        if (at == std::string::npos || text.find('\n', at) == std::string::npos) continue;
        port_ = static_cast<uint16_t>(std::strtoul(text.c_str() + at + said.size(), nullptr, 10));
    }
}

ServerProcess::~ServerProcess() { kill(); }

void ServerProcess::kill() {
    if (child_ < 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
}

}  // namespace temblor::testing
