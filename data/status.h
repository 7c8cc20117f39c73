#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "data/check.h"

namespace temblor {

/// Why an operation failed. One table maps a code to an exit status (cli/exit_status.h).
enum class StatusCode : uint8_t {
    kOk = 0,
    kInvalidArgument,    ///< the caller's input is wrong: a field, a row, a parameter
    kNotFound,           ///< a file, a document or a component that is not there
    kAlreadyExists,      ///< a target that must not be overwritten
    kCorruption,         ///< bytes on disk contradict their checksum or their structure
    kIoError,            ///< the operating system refused: errno is in the message
    kResourceExhausted,  ///< a limit (memory, counts, sizes) would be exceeded
    kUnavailable,        ///< not now: earlier work is behind; try again later
    kCancelled,          ///< the user interrupted; nothing half-built is left
    kUnimplemented,      ///< legal, but this build or this file cannot do it
    kInternal,           ///< a bug in Temblor
};

/// The word for a code, as printed in messages: "invalid argument".
std::string_view status_code_name(StatusCode code);

/// Success, or a code with a message that names file, row or field and what was expected.
/// Must be looked at: every function that returns one is [[nodiscard]] through the type.
class [[nodiscard]] Status {
public:
    Status() = default;
    Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

    static Status ok() { return {}; }
    static Status invalid_argument(std::string m) {
        return {StatusCode::kInvalidArgument, std::move(m)};
    }
    static Status not_found(std::string m) { return {StatusCode::kNotFound, std::move(m)}; }
    static Status already_exists(std::string m) {
        return {StatusCode::kAlreadyExists, std::move(m)};
    }
    static Status corruption(std::string m) { return {StatusCode::kCorruption, std::move(m)}; }
    static Status resource_exhausted(std::string m) {
        return {StatusCode::kResourceExhausted, std::move(m)};
    }
    static Status unavailable(std::string m) { return {StatusCode::kUnavailable, std::move(m)}; }
    static Status cancelled(std::string m) { return {StatusCode::kCancelled, std::move(m)}; }
    static Status unimplemented(std::string m) {
        return {StatusCode::kUnimplemented, std::move(m)};
    }
    static Status internal(std::string m) { return {StatusCode::kInternal, std::move(m)}; }
    /// `what` followed by the text of `errno_value`.
    static Status io_error(std::string_view what, int errno_value);

    [[nodiscard]] bool is_ok() const { return code_ == StatusCode::kOk; }
    [[nodiscard]] StatusCode code() const { return code_; }
    [[nodiscard]] const std::string& message() const { return message_; }
    /// "corruption: a.tbl: section postings: ...", or "ok".
    [[nodiscard]] std::string to_string() const;
    /// The same status with `context` and ": " before its message; ok stays ok.
    [[nodiscard]] Status with_context(std::string_view context) &&;

private:
    StatusCode code_ = StatusCode::kOk;
    std::string message_;
};

/// A value or the status that says why there is none. `value()` on an error aborts (CHECK).
template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : value_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
    Result(Status status) : status_(std::move(status)) {  // NOLINT(google-explicit-constructor)
        TEMBLOR_CHECK(!status_.is_ok());
    }

    [[nodiscard]] bool is_ok() const { return value_.has_value(); }
    [[nodiscard]] const Status& status() const& { return status_; }
    [[nodiscard]] Status&& status() && { return std::move(status_); }
    [[nodiscard]] T& value() & {
        TEMBLOR_CHECK(value_.has_value());
        return *value_;
    }
    [[nodiscard]] const T& value() const& {
        TEMBLOR_CHECK(value_.has_value());
        return *value_;
    }
    [[nodiscard]] T&& value() && {
        TEMBLOR_CHECK(value_.has_value());
        return *std::move(value_);
    }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }

private:
    std::optional<T> value_;
    Status status_;
};

}  // namespace temblor

/// Returns from the enclosing function with the status of `expr` unless it is ok.
#define TEMBLOR_RETURN_IF_ERROR(expr) \
    TEMBLOR_RETURN_IF_ERROR_IMPL_(TEMBLOR_CONCAT_(temblor_status_, __COUNTER__), expr)
#define TEMBLOR_RETURN_IF_ERROR_IMPL_(status, expr) \
    do {                                            \
        ::temblor::Status status = (expr);          \
        if (!status.is_ok()) return status;         \
    } while (false)

#define TEMBLOR_CONCAT_INNER_(a, b) a##b
#define TEMBLOR_CONCAT_(a, b) TEMBLOR_CONCAT_INNER_(a, b)

/// `TEMBLOR_ASSIGN_OR_RETURN(auto x, f())`: x is f's value, or the enclosing function returns f's
/// status.
#define TEMBLOR_ASSIGN_OR_RETURN(lhs, expr) \
    TEMBLOR_ASSIGN_OR_RETURN_IMPL_(TEMBLOR_CONCAT_(temblor_result_, __LINE__), lhs, expr)
#define TEMBLOR_ASSIGN_OR_RETURN_IMPL_(result, lhs, expr)   \
    auto result = (expr);                                   \
    if (!result.is_ok()) return std::move(result).status(); \
    lhs = std::move(result).value()
