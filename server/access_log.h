#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/http/http_request.h"

namespace spdlog {
class logger;
}

namespace temblor {

/// The server's log on standard error: a JSON object a line, or lines for people. Thread-safe.
class AccessLog {
public:
    enum class Level : uint8_t { kDebug, kInfo, kWarning, kError, kOff };
    /// `requests`: every answered request gets a line, not only failed and slow ones.
    AccessLog(bool as_json, Level level, bool requests);
    ~AccessLog();

    struct Request {
        const HttpHead& head;
        unsigned status;
        uint64_t body_bytes;
        uint64_t answer_bytes;
        double seconds;
        bool slow;
    };
    void write(const Request& request);
    void write(Level level, const std::string& message);

private:
    const bool as_json_;
    const Level level_;
    const bool requests_;
    std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace temblor
