#include "server/qdrant/write_routes.h"

#include <array>

#include "server/qdrant/write_parser.h"
#include "server/request_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

using ReadOperation = Result<WriteOperation> (*)(dom::element, const JsonPlace&,
                                                 const WriteContext&);

template <PayloadEdit edit>
Result<WriteOperation> read_edit(dom::element body, const JsonPlace& place,
                                 const WriteContext& context) {
    return read_payload_edit(edit, body, place, context);
}

Status write(Service& service, HttpRequest& request, JsonWriter& result, ReadOperation read) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const auto version = collection->version();
    RequestTexts texts(service.encoders(), request.cancelled);
    const WriteContext context{*version->schema, service.limits(), texts};
    TEMBLOR_ASSIGN_OR_RETURN(WriteOperation operation, read_with_texts(texts, [&] {
                                 return read(body, JsonPlace("body"), context);
                             }));
    TEMBLOR_ASSIGN_OR_RETURN(const WriteReceipt receipt, collection->write(std::move(operation)));
    write_receipt(request, receipt.last_ordinal, result);
    return Status::ok();
}

constexpr std::array<std::string_view, 8> kOperations = {
    "upsert",         "delete",        "set_payload",    "overwrite_payload",
    "delete_payload", "clear_payload", "update_vectors", "delete_vectors"};
constexpr std::array<ReadOperation, kOperations.size()> kReaders = {
    read_upsert,
    read_delete,
    read_edit<PayloadEdit::kSet>,
    read_edit<PayloadEdit::kOverwrite>,
    read_edit<PayloadEdit::kDeleteKeys>,
    read_edit<PayloadEdit::kClear>,
    read_update_vectors,
    read_delete_vectors};

Result<std::vector<WriteOperation>> read_operations(dom::array array, const JsonPlace& place,
                                                    const WriteContext& context) {
    std::vector<WriteOperation> operations;
    for (const dom::element one : array) {
        const JsonPlace at(place, operations.size());
        TEMBLOR_ASSIGN_OR_RETURN(const auto choices, read_members(one, at, kOperations));
        size_t chosen = kOperations.size();
        for (size_t i = 0; i < choices.size(); ++i) {
            if (!choices[i]) continue;
            if (chosen != kOperations.size()) return at.wrong("expected one operation");
            chosen = i;
        }
        if (chosen == kOperations.size()) return at.wrong("expected an operation");
        TEMBLOR_ASSIGN_OR_RETURN(
            WriteOperation operation,
            kReaders[chosen](*choices[chosen], {at, kOperations[chosen]}, context));
        operations.push_back(std::move(operation));
    }
    return operations;
}

}  // namespace

void write_receipt(const HttpRequest& request, uint64_t ordinal, JsonWriter& result) {
    const auto wait = request.head.query.find("wait");
    const bool waited = wait != request.head.query.end() && wait->second == "true";
    result.begin_object().member("operation_id", ordinal);
    result.member("status", waited ? "completed" : "acknowledged").end_object();
}

Status upsert_points_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return write(service, request, result, read_upsert);
}

Status delete_points_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return write(service, request, result, read_delete);
}

Status set_payload_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return write(service, request, result, read_edit<PayloadEdit::kSet>);
}

Status overwrite_payload_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return write(service, request, result, read_edit<PayloadEdit::kOverwrite>);
}

Status delete_payload_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return write(service, request, result, read_edit<PayloadEdit::kDeleteKeys>);
}

Status clear_payload_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return write(service, request, result, read_edit<PayloadEdit::kClear>);
}

Status update_vectors_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return write(service, request, result, read_update_vectors);
}

Status delete_vectors_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return write(service, request, result, read_delete_vectors);
}

Status batch_write_route(Service& service, HttpRequest& request, JsonWriter& result) {
    static constexpr std::array<std::string_view, 1> kNames = {"operations"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(body, place, kNames));
    const JsonPlace list_place(place, "operations");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element list, needed(members[0], list_place));
    dom::array array;
    if (list.get_array().get(array) != simdjson::SUCCESS)
        return list_place.expected("an array", list);
    if (array.size() > service.limits().batch)
        return list_place.wrong("expected at most " + std::to_string(service.limits().batch));
    // All are read before the first is done: a mistake in one changes nothing.
    const auto version = collection->version();
    RequestTexts texts(service.encoders(), request.cancelled);
    const WriteContext context{*version->schema, service.limits(), texts};
    TEMBLOR_ASSIGN_OR_RETURN(std::vector<WriteOperation> operations, read_with_texts(texts, [&] {
                                 return read_operations(array, list_place, context);
                             }));
    result.begin_array();
    for (WriteOperation& operation : operations) {
        TEMBLOR_ASSIGN_OR_RETURN(const WriteReceipt receipt,
                                 collection->write(std::move(operation)));
        write_receipt(request, receipt.last_ordinal, result);
    }
    result.end_array();
    return Status::ok();
}

}  // namespace temblor
