#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "data/status.h"

namespace temblor {

/// Takes the pieces of a streamed answer; blocks until the client has taken most of them.
class BodyWriter {
public:
    virtual ~BodyWriter() = default;
    /// Errors: kCancelled (the client went, or was too slow).
    virtual Status write(std::string_view bytes) = 0;
};

/// An answer: a body, a file, or a function that writes one piece after another.
struct HttpResponse {
    unsigned status = 200;
    std::string content_type = "application/json";  ///< empty: the answer has none
    std::string body;
    std::string file;  ///< path of a file to send in place of `body`
    std::function<void(BodyWriter&)> streamed;
    std::vector<std::pair<std::string, std::string>> headers;
    bool close = false;  ///< end the connection after it
};

}  // namespace temblor
