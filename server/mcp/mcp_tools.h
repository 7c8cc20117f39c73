#pragma once

#include <string_view>

#include <simdjson.h>

#include "data/status.h"
#include "index/payload/json_members.h"
#include "server/http/http_request.h"
#include "server/json_writer.h"
#include "server/service.h"

namespace temblor {

/// What models may call over MCP: `search` in a collection and `fetch` of a point.

/// The array of tools with their JSON Schemas. That of `search` names the collections there are.
void write_mcp_tools(Service& service, JsonWriter& json);

bool is_mcp_tool(std::string_view name);

/// Calls the tool, which there is; `structured` becomes one object. Errors are
/// what the model is told: the message names the argument.
Status call_mcp_tool(std::string_view name, Service& service, HttpRequest& request,
                     const OptionalElement& arguments, JsonWriter& structured);

}  // namespace temblor
