#include "server/access_log.h"

#include <chrono>

#include <boost/beast/http/verb.hpp>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "server/json_writer.h"
#include "server/utc_time.h"

namespace temblor {
namespace {

std::string now() { return utc_time(std::chrono::system_clock::now()); }

std::string_view name(AccessLog::Level level) {
    switch (level) {
        case AccessLog::Level::kDebug:
            return "debug";
        case AccessLog::Level::kInfo:
            return "info";
        case AccessLog::Level::kWarning:
            return "warning";
        case AccessLog::Level::kError:
        case AccessLog::Level::kOff:
            break;
    }
    return "error";
}

}  // namespace

AccessLog::AccessLog(bool as_json, Level level, bool requests)
    : as_json_(as_json),
      level_(level),
      requests_(requests),
      logger_(std::make_shared<spdlog::logger>("temblor",
                                               std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::trace);
    logger_->flush_on(spdlog::level::trace);
}

AccessLog::~AccessLog() = default;

void AccessLog::write(const Request& request) {
    const Level level = request.status >= 500 ? Level::kError
                        : request.slow        ? Level::kWarning
                        : requests_           ? Level::kInfo
                                              : Level::kDebug;
    if (level < level_ || level_ == Level::kOff) return;
    const auto verb = boost::beast::http::to_string(request.head.method);
    const std::string_view method(verb.data(), verb.size());
    if (!as_json_) {
        logger_->info(fmt::format("{} {} {} {} {} {:.6f} s{}", now(), request.head.request_id,
                                  method, request.head.target, request.status, request.seconds,
                                  request.slow ? " slow" : ""));
        return;
    }
    JsonWriter json;
    json.begin_object().member("time", now()).member("level", name(level));
    json.member("message", request.slow ? "slow request" : "request");
    json.member("request_id", request.head.request_id);
    if (const auto trace = request.head.header("traceparent"); !trace.empty())
        json.member("traceparent", trace);
    json.member("peer", request.head.peer).member("method", method);
    json.member("target", request.head.target).member("status", uint64_t{request.status});
    json.member("seconds", request.seconds).member("body_bytes", request.body_bytes);
    json.member("answer_bytes", request.answer_bytes).end_object();
    logger_->info("{}", json.text());
}

void AccessLog::write(Level level, const std::string& message) {
    if (level < level_ || level_ == Level::kOff) return;
    if (!as_json_) {
        logger_->info("{}", fmt::format("{} {}: {}", now(), name(level), message));
        return;
    }
    JsonWriter json;
    json.begin_object().member("time", now()).member("level", name(level));
    json.member("message", message).end_object();
    logger_->info("{}", json.text());
}

}  // namespace temblor
