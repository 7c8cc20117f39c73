#include "server/mcp/mcp_tools.h"

#include <array>
#include <chrono>

#include "index/collection/point_json.h"
#include "query/collection/collection_reader.h"
#include "server/request_json.h"
#include "server/v1/search_answer.h"
#include "server/v1/search_routes.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kSearchTool = "search";
constexpr std::string_view kFetchTool = "fetch";
constexpr size_t kNamesShown = 50;

constexpr std::string_view kReadOnly =
    R"({"readOnlyHint":true,"idempotentHint":true,"openWorldHint":false})";

constexpr std::string_view kSparseSchema =
    R"({"type":"object","description":"A sparse query vector; values are not negative.",)"
    R"("properties":{"indices":{"type":"array","items":{"type":"integer","minimum":0}},)"
    R"("values":{"type":"array","items":{"type":"number","minimum":0}},)"
    R"("using":{"type":"string","description":"The vector's name; may be left out if there is one."}},)"
    R"("required":["indices","values"],"additionalProperties":false})";

constexpr std::string_view kDenseSchema =
    R"({"description":"A dense query vector, or an object of vector and using.",)"
    R"("anyOf":[{"type":"array","items":{"type":"number"}},)"
    R"({"type":"object","properties":{"vector":{"type":"array","items":{"type":"number"}},)"
    R"("using":{"type":"string"}},"required":["vector"],"additionalProperties":false}]})";

constexpr std::string_view kFilterSchema =
    R"({"type":"object","description":"Which points may be found, in Qdrant's filter language, )"
    R"(for example {\"must\":[{\"key\":\"lang\",\"match\":{\"value\":\"en\"}}]}."})";

constexpr std::string_view kSearchOutput =
    R"({"type":"object","properties":{"hits":{"type":"array","items":{"type":"object",)"
    R"("properties":{"id":{"type":["integer","string"]},"score":{"type":["number","null"]},)"
    R"("payload":{"type":"object"}},"required":["id","score","payload"]}}},"required":["hits"]})";

constexpr std::string_view kFetchOutput =
    R"({"type":"object","properties":{"id":{"type":["integer","string"]},)"
    R"("payload":{"type":"object"}},"required":["id","payload"]})";

/// The property "collection", with the names there are.
void write_collection_property(Service& service, JsonWriter& json) {
    std::string text = "Name of a collection.";
    const auto collections = service.store().collections();
    if (!collections.empty()) text += " There are: ";
    for (size_t i = 0; i < std::min(collections.size(), kNamesShown); ++i) {
        text += i == 0 ? "" : ", ";
        text += collections[i].name;
    }
    text += collections.size() > kNamesShown ? ", and others." : ".";
    json.key("collection").begin_object().member("type", "string");
    json.member("description", text).end_object();
}

Result<std::shared_ptr<Collection>> read_collection(Service& service, const OptionalElement& value,
                                                    const JsonPlace& place) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element named, needed(value, place));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string name, read_text(named, place, {}));
    auto collection = service.store().collection(name);
    if (!collection.is_ok()) return std::move(collection).status().with_context(place.text());
    return collection;
}

Status search_tool(Service& service, HttpRequest& request, dom::element arguments,
                   JsonWriter& structured) {
    static constexpr std::array<std::string_view, 6> kNames = {"collection", "query",  "sparse",
                                                               "dense",      "filter", "limit"};
    const auto begin = std::chrono::steady_clock::now();
    const JsonPlace place("arguments");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(arguments, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection,
                             read_collection(service, m[0], {place, "collection"}));
    V1SearchMembers members;
    members.text_name = "query";
    members.text = m[1];
    members.sparse = m[2];
    members.dense = m[3];
    members.filter = m[4];
    members.limit = m[5];
    const auto version = collection->version();
    RequestTexts texts(service.encoders(), request.cancelled);
    TEMBLOR_ASSIGN_OR_RETURN(V1Search asked, read_with_texts(texts, [&] {
                                 return read_v1_search(members, place, *version, service.limits(),
                                                       texts);
                             }));
    TEMBLOR_ASSIGN_OR_RETURN(const SourcedResult found,
                             run_v1_search(service, request, *version, asked, begin));
    structured.begin_object().key("hits");
    TEMBLOR_RETURN_IF_ERROR(write_v1_hits(*version, asked, found, structured));
    structured.end_object();
    return Status::ok();
}

Status fetch_tool(Service& service, dom::element arguments, JsonWriter& structured) {
    static constexpr std::array<std::string_view, 2> kNames = {"collection", "id"};
    const JsonPlace place("arguments");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(arguments, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection,
                             read_collection(service, m[0], {place, "collection"}));
    const JsonPlace at(place, "id");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element given, needed(m[1], at));
    TEMBLOR_ASSIGN_OR_RETURN(const DocumentId id, read_point_id(given, at));
    TEMBLOR_ASSIGN_OR_RETURN(
        const auto points,
        get_points(*collection->version(), std::vector<DocumentId>{id}, {true, false}));
    if (points.empty()) return Status::not_found(at.text() + ": no point " + to_string(id));
    const Point& point = points.front().point;
    structured.begin_object().key("id");
    write_id(point.id, structured);
    structured.key("payload").raw(point.payload.empty() ? "{}" : point.payload);
    structured.end_object();
    return Status::ok();
}

}  // namespace

void write_mcp_tools(Service& service, JsonWriter& json) {
    json.begin_array();
    json.begin_object().member("name", kSearchTool).member("title", "Search");
    json.member("description",
                "Finds the points of a collection that fit a query best: words, a sparse or a "
                "dense vector, or several of them fused. Answers ids, scores and payloads, best "
                "first.");
    json.key("inputSchema").begin_object().member("type", "object");
    json.key("properties").begin_object();
    write_collection_property(service, json);
    json.key("query").raw(R"({"type":"string","description":"What is looked for, in words."})");
    json.key("sparse").raw(kSparseSchema).key("dense").raw(kDenseSchema);
    json.key("filter").raw(kFilterSchema);
    json.key("limit").begin_object().member("type", "integer").member("minimum", uint64_t{1});
    json.member("maximum", uint64_t{service.limits().k}).member("default", kDefaultHits);
    json.end_object().end_object();
    json.key("required").raw(R"(["collection"])").member("additionalProperties", false);
    json.end_object();
    json.key("outputSchema").raw(kSearchOutput).key("annotations").raw(kReadOnly).end_object();

    json.begin_object().member("name", kFetchTool).member("title", "Fetch");
    json.member("description", "The payload of one point of a collection, by its id.");
    json.key("inputSchema").begin_object().member("type", "object");
    json.key("properties").begin_object();
    write_collection_property(service, json);
    json.key("id").raw(
        R"({"type":["integer","string"],"description":"An id that search answered."})");
    json.end_object();
    json.key("required").raw(R"(["collection","id"])").member("additionalProperties", false);
    json.end_object();
    json.key("outputSchema").raw(kFetchOutput).key("annotations").raw(kReadOnly).end_object();
    json.end_array();
}

bool is_mcp_tool(std::string_view name) { return name == kSearchTool || name == kFetchTool; }

Status call_mcp_tool(std::string_view name, Service& service, HttpRequest& request,
                     const OptionalElement& arguments, JsonWriter& structured) {
    if (!arguments) return Status::invalid_argument("arguments: missing");
    if (name == kSearchTool) return search_tool(service, request, *arguments, structured);
    return fetch_tool(service, *arguments, structured);
}

}  // namespace temblor
