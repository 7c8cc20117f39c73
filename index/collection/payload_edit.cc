#include "index/collection/payload_edit.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace temblor {
namespace {

namespace json = boost::json;

constexpr size_t kPayloadDepth = 64;

Result<json::object> parse_object(std::string_view text, StatusCode code, const char* what) {
    if (text.empty()) return json::object();
    json::parse_options options;
    options.max_depth = kPayloadDepth;
    boost::system::error_code error;
    json::value value = json::parse(text, error, {}, options);
    if (error || !value.is_object()) {
        return Status(code, std::string(what) + ": expected a JSON object at most " +
                                std::to_string(kPayloadDepth) + " levels deep" +
                                (error ? ": " + error.message() : std::string()));
    }
    return std::move(value.get_object());
}

std::string_view take_step(std::string_view& path) {
    const size_t dot = path.find('.');
    const std::string_view step = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    return step;
}

void erase_key(json::object& object, std::string_view path) {
    json::object* at = &object;
    while (true) {
        // A key that holds the dots itself comes first.
        if (at->erase(path) > 0) return;
        const std::string_view step = take_step(path);
        if (path.empty()) return;
        json::value* next = at->if_contains(step);
        if (next == nullptr || !next->is_object()) return;
        at = &next->get_object();
    }
}

}  // namespace

Result<std::string> merge_payload(std::string_view payload, std::string_view update,
                                  std::string_view path) {
    TEMBLOR_ASSIGN_OR_RETURN(json::object whole,
                             parse_object(payload, StatusCode::kCorruption, "stored payload"));
    TEMBLOR_ASSIGN_OR_RETURN(json::object changes,
                             parse_object(update, StatusCode::kInvalidArgument, "field payload"));
    json::object* at = &whole;
    while (!path.empty()) {
        json::value& next = (*at)[take_step(path)];
        if (!next.is_object()) next.emplace_object();
        at = &next.get_object();
    }
    for (auto& member : changes) at->insert_or_assign(member.key(), std::move(member.value()));
    return json::serialize(whole);
}

Result<std::string> erase_payload_keys(std::string_view payload,
                                       const std::vector<std::string>& keys) {
    TEMBLOR_ASSIGN_OR_RETURN(json::object whole,
                             parse_object(payload, StatusCode::kCorruption, "stored payload"));
    for (const std::string& key : keys) erase_key(whole, key);
    return json::serialize(whole);
}

}  // namespace temblor
