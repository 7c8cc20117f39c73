#include "data/status.h"

#include <system_error>

namespace temblor {

std::string_view status_code_name(StatusCode code) {
    switch (code) {
        case StatusCode::kOk:
            return "ok";
        case StatusCode::kInvalidArgument:
            return "invalid argument";
        case StatusCode::kNotFound:
            return "not found";
        case StatusCode::kAlreadyExists:
            return "already exists";
        case StatusCode::kCorruption:
            return "corruption";
        case StatusCode::kIoError:
            return "input/output error";
        case StatusCode::kResourceExhausted:
            return "resource exhausted";
        case StatusCode::kUnavailable:
            return "not available now";
        case StatusCode::kCancelled:
            return "cancelled";
        case StatusCode::kUnimplemented:
            return "not supported";
        case StatusCode::kInternal:
            return "internal error";
    }
    return "unknown";
}

Status Status::io_error(std::string_view what, int errno_value) {
    std::string message(what);
    message += ": ";
    message += std::generic_category().message(errno_value);
    return {StatusCode::kIoError, std::move(message)};
}

std::string Status::to_string() const {
    std::string text(status_code_name(code_));
    if (!message_.empty()) {
        text += ": ";
        text += message_;
    }
    return text;
}

Status Status::with_context(std::string_view context) && {
    if (is_ok()) return {};
    std::string message(context);
    message += ": ";
    message += message_;
    return {code_, std::move(message)};
}

}  // namespace temblor
