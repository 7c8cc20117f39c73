#include "server/mcp/mcp_routes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "server/json_writer.h"
#include "server/mcp/mcp_tools.h"
#include "server/mcp/origin.h"
#include "server/problem.h"
#include "server/request_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

constexpr std::array<std::string_view, 3> kProtocols = {"2025-03-26", "2025-06-18", "2025-11-25"};
constexpr std::string_view kWithBatches = kProtocols.front();

// JSON-RPC 2.0, section 5.1.
constexpr int64_t kParseError = -32700;
constexpr int64_t kInvalidRequest = -32600;
constexpr int64_t kNoMethod = -32601;
constexpr int64_t kInvalidParameters = -32602;

bool is_protocol(std::string_view version) {
    return std::find(kProtocols.begin(), kProtocols.end(), version) != kProtocols.end();
}

/// A JSON-RPC error; `id` is JSON.
std::string rpc_error(std::string_view id, int64_t code, std::string_view message) {
    JsonWriter json;
    json.begin_object().member("jsonrpc", "2.0").key("id").raw(id);
    json.key("error").begin_object().key("code").integer(code);
    json.member("message", message).end_object().end_object();
    return json.take();
}

HttpResponse json_answer(unsigned status, std::string body) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

OptionalElement find_member(dom::element value, std::string_view name) {
    dom::object object;
    dom::element found;
    if (value.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
    if (object.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
}

std::string_view text_of(const OptionalElement& value) {
    std::string_view text;
    if (!value || value->get_string().get(text) != simdjson::SUCCESS) return {};
    return text;
}

/// One request of a client. Members that the protocol may add later are ignored.
class McpMessage {
public:
    McpMessage(Service& service, HttpRequest& request, dom::element message)
        : service_(service), request_(request), message_(message) {}

    /// The answer, or nothing for notifications and answers. `valid` says whether it is a message.
    std::optional<std::string> answer(bool& valid) {
        valid = false;
        if (!message_.is_object())
            return rpc_error("null", kInvalidRequest, "expected an object with jsonrpc and method");
        const OptionalElement id = find_member(message_, "id");
        if (id && !id->is_string() && !id->is_int64() && !id->is_uint64())
            return rpc_error("null", kInvalidRequest, "id: expected a string or an integer");
        if (id) id_ = simdjson::minify(*id);
        if (text_of(find_member(message_, "jsonrpc")) != "2.0")
            return rpc_error(id_, kInvalidRequest, "jsonrpc: expected \"2.0\"");
        const OptionalElement method = find_member(message_, "method");
        if (!method && (find_member(message_, "result") || find_member(message_, "error"))) {
            valid = true;
            return std::nullopt;
        }
        if (!method || !method->is_string())
            return rpc_error(id_, kInvalidRequest, "method: expected a string");
        parameters_ = find_member(message_, "params");
        if (parameters_ && !parameters_->is_object())
            return rpc_error(id_, kInvalidRequest, "params: expected an object");
        valid = true;
        if (!id) return std::nullopt;
        return call(text_of(method));
    }

private:
    std::string call(std::string_view method) {
        if (method == "initialize") return initialize();
        if (method == "ping")
            return result([](JsonWriter& json) { json.begin_object().end_object(); });
        if (method == "tools/list")
            return result([this](JsonWriter& json) {
                json.begin_object().key("tools");
                write_mcp_tools(service_, json);
                json.end_object();
            });
        if (method == "tools/call") return call_tool();
        return rpc_error(id_, kNoMethod,
                         "method: there is no " + std::string(method.substr(0, 200)));
    }

    template <typename Write>
    std::string result(const Write& write) const {
        JsonWriter json;
        json.begin_object().member("jsonrpc", "2.0").key("id").raw(id_).key("result");
        write(json);
        json.end_object();
        return json.take();
    }

    std::string initialize() {
        const std::string_view asked = text_of(parameter("protocolVersion"));
        if (asked.empty())
            return rpc_error(id_, kInvalidParameters, "params.protocolVersion: expected a string");
        return result([&](JsonWriter& json) {
            json.begin_object();
            json.member("protocolVersion", is_protocol(asked) ? asked : kProtocols.back());
            json.key("capabilities").begin_object().key("tools").begin_object();
            json.member("listChanged", false).end_object().end_object();
            json.key("serverInfo").begin_object().member("name", "temblor");
            json.member("title", "Temblor").member("version", service_.options().version);
            json.end_object();
            json.member("instructions",
                        "Search collections of documents with the tool search; fetch gives the "
                        "payload of a point that was found.");
            json.end_object();
        });
    }

    std::string call_tool() {
        const std::string_view name = text_of(parameter("name"));
        if (!is_mcp_tool(name)) {
            return rpc_error(
                id_, kInvalidParameters,
                "params.name: there is no tool \"" + std::string(name.substr(0, 200)) + "\"");
        }
        JsonWriter structured;
        const Status status =
            call_mcp_tool(name, service_, request_, parameter("arguments"), structured);
        return result([&](JsonWriter& json) {
            json.begin_object().key("content").begin_array().begin_object();
            json.member("type", "text");
            json.member("text", status.is_ok() ? structured.text() : status.message());
            json.end_object().end_array();
            if (status.is_ok()) json.key("structuredContent").raw(structured.text());
            json.member("isError", !status.is_ok()).end_object();
        });
    }

    [[nodiscard]] OptionalElement parameter(std::string_view name) const {
        return parameters_ ? find_member(*parameters_, name) : std::nullopt;
    }

    Service& service_;
    HttpRequest& request_;
    dom::element message_;
    std::string id_ = "null";
    OptionalElement parameters_;
};

HttpResponse answer_one(Service& service, HttpRequest& request, dom::element message) {
    bool valid = false;
    auto answer = McpMessage(service, request, message).answer(valid);
    if (answer) return json_answer(valid ? 200 : 400, *std::move(answer));
    HttpResponse accepted = json_answer(202, {});
    accepted.content_type.clear();
    return accepted;
}

HttpResponse answer_all(Service& service, HttpRequest& request, dom::array messages) {
    if (messages.size() == 0 || messages.size() > service.limits().batch) {
        return json_answer(
            400,
            rpc_error("null", kInvalidRequest,
                      "expected 1 to " + std::to_string(service.limits().batch) + " messages"));
    }
    JsonWriter json;
    json.begin_array();
    bool is_silent = true;
    for (const dom::element message : messages) {
        bool valid = false;
        const auto answer = McpMessage(service, request, message).answer(valid);
        if (!answer) continue;
        json.raw(*answer);
        is_silent = false;
    }
    json.end_array();
    HttpResponse response = json_answer(is_silent ? 202 : 200, is_silent ? "" : json.take());
    if (is_silent) response.content_type.clear();
    return response;
}

}  // namespace

HttpResponse mcp_route(Service& service, HttpRequest& request) {
    const std::string_view origin = request.head.header("Origin");
    if (!origin.empty() &&
        !is_own_origin(origin, request.head.header("Host"), service.options().keys.are_set())) {
        return error_response(
            ErrorShape::kProblem, 403,
            "Origin: expected this server's own, got " + std::string(origin.substr(0, 200)));
    }
    const std::string_view protocol = request.head.header("MCP-Protocol-Version");
    if (!protocol.empty() && !is_protocol(protocol)) {
        std::string message = "MCP-Protocol-Version: expected one of";
        for (const std::string_view known : kProtocols) {
            message += ' ';
            message += known;
        }
        return json_answer(400, rpc_error("null", kInvalidRequest, message));
    }
    const auto body = parse_json(request.body, "body", service.limits());
    if (!body.is_ok())
        return json_answer(400, rpc_error("null", kParseError, body.status().message()));
    dom::array messages;
    if (body->get_array().get(messages) != simdjson::SUCCESS)
        return answer_one(service, request, *body);
    if (!protocol.empty() && protocol != kWithBatches) {
        return json_answer(400, rpc_error("null", kInvalidRequest,
                                          "expected one message, got an array: version " +
                                              std::string(protocol) + " has no batches"));
    }
    return answer_all(service, request, messages);
}

}  // namespace temblor
