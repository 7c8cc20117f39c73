#include <string>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <simdjson.h>

#include "index/collection/schema.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;
namespace json = boost::json;

constexpr size_t kMaxBytes = size_t{4} << 20;
constexpr size_t kSchemaDepth = 8;

std::string_view source_name(VectorSource source) {
    return source == VectorSource::kText ? "text" : "learned";
}

Result<VectorSource> parse_source(std::string_view name) {
    if (name == "learned") return VectorSource::kLearned;
    if (name == "text") return VectorSource::kText;
    return Status::invalid_argument("source '" + std::string(name) + "': expected learned or text");
}

Result<VectorModifier> parse_modifier(std::string_view name) {
    if (name == "none") return VectorModifier::kNone;
    if (name == "idf") return VectorModifier::kIdf;
    return Status::invalid_argument("modifier '" + std::string(name) + "': expected none or idf");
}

Status wrong(const std::string& field, std::string_view what) {
    return Status::invalid_argument(field + ": " + std::string(what));
}

Result<dom::object> object_of(dom::element value, const std::string& field) {
    dom::object object;
    if (value.get_object().get(object) == simdjson::SUCCESS) return object;
    return wrong(field, "expected an object");
}

/// `value` is a word that `parse` knows.
template <typename T>
Status read_word(dom::element value, const std::string& field, Result<T> (*parse)(std::string_view),
                 T& out) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) {
        return wrong(field, "expected a string");
    }
    auto parsed = parse(text);
    if (!parsed.is_ok()) return std::move(parsed).status().with_context(field);
    out = *parsed;
    return Status::ok();
}

/// Calls read(name, value) for each member of `value`; one given twice is an error.
template <typename Map, typename Read>
Status read_map(dom::element value, const std::string& field, Map& map, Read read) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::object object, object_of(value, field));
    for (const auto [key, member] : object) {
        const std::string name = member_of(field, key);
        const auto [at, is_new] = map.try_emplace(std::string(key));
        if (!is_new) return wrong(name, "given twice");
        TEMBLOR_RETURN_IF_ERROR(read(member, name, at->second));
    }
    return Status::ok();
}

Status unknown(const std::string& field, std::string_view name, std::string_view known) {
    return wrong(field,
                 "unknown member \"" + std::string(name) + "\", expected " + std::string(known));
}

Status read_sparse_settings(dom::element value, const std::string& field,
                            SparseVectorSettings& settings) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::object object, object_of(value, field));
    for (const auto [key, member] : object) {
        if (key == "forward") {
            TEMBLOR_RETURN_IF_ERROR(
                read_word(member, field + ".forward", parse_forward_kind, settings.forward));
        } else if (key == "source") {
            TEMBLOR_RETURN_IF_ERROR(
                read_word(member, field + ".source", parse_source, settings.source));
        } else if (key == "modifier") {
            TEMBLOR_RETURN_IF_ERROR(
                read_word(member, field + ".modifier", parse_modifier, settings.modifier));
        } else {
            return unknown(field, key, "forward, source or modifier");
        }
    }
    return Status::ok();
}

Status read_dense_settings(dom::element value, const std::string& field,
                           DenseVectorSettings& settings) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::object object, object_of(value, field));
    for (const auto [key, member] : object) {
        if (key == "size") {
            uint64_t size = 0;
            if (member.get_uint64().get(size) != simdjson::SUCCESS || size > UINT32_MAX) {
                return wrong(field + ".size", "expected a whole number that fits 32 bits");
            }
            settings.size = static_cast<uint32_t>(size);
        } else if (key == "distance") {
            TEMBLOR_RETURN_IF_ERROR(
                read_word(member, field + ".distance", parse_distance, settings.distance));
        } else if (key == "index") {
            TEMBLOR_RETURN_IF_ERROR(
                read_word(member, field + ".index", parse_dense_index, settings.index));
        } else {
            return unknown(field, key, "size, distance or index");
        }
    }
    return Status::ok();
}

Status read_type(dom::element value, const std::string& field, PayloadType& type) {
    return read_word(value, field, parse_payload_type, type);
}

Status read_schema(dom::object object, Schema& schema) {
    bool has_sparse = false;
    bool has_dense = false;
    bool has_indexes = false;
    for (const auto [key, member] : object) {
        bool* seen = nullptr;
        Status status;
        if (key == "sparse") {
            seen = &has_sparse;
            status = read_map(member, "sparse", schema.sparse, read_sparse_settings);
        } else if (key == "dense") {
            seen = &has_dense;
            status = read_map(member, "dense", schema.dense, read_dense_settings);
        } else if (key == "payload_indexes") {
            seen = &has_indexes;
            status = read_map(member, "payload_indexes", schema.payload_indexes, read_type);
        } else {
            return unknown("schema", key, "sparse, dense or payload_indexes");
        }
        if (*seen) return wrong(std::string(key), "given twice");
        *seen = true;
        TEMBLOR_RETURN_IF_ERROR(std::move(status));
    }
    return Status::ok();
}

}  // namespace

std::string Schema::to_json() const {
    json::object dense_json;
    for (const auto& [name, settings] : dense) {
        json::object vector;
        vector["distance"] = distance_name(settings.distance);
        if (settings.index != DenseIndexKind::kHashed)
            vector["index"] = dense_index_name(settings.index);
        vector["size"] = settings.size;
        dense_json[name] = std::move(vector);
    }
    json::object indexes_json;
    for (const auto& [key, type] : payload_indexes) indexes_json[key] = payload_type_name(type);
    json::object sparse_json;
    for (const auto& [name, settings] : sparse) {
        json::object vector;
        vector["forward"] = forward_kind_name(settings.forward);
        if (settings.modifier == VectorModifier::kIdf) vector["modifier"] = "idf";
        vector["source"] = source_name(settings.source);
        sparse_json[name] = std::move(vector);
    }
    json::object schema;
    schema["dense"] = std::move(dense_json);
    schema["payload_indexes"] = std::move(indexes_json);
    schema["sparse"] = std::move(sparse_json);
    return json::serialize(schema);
}

Result<Schema> Schema::from_json(std::string_view json) {
    if (json.size() > kMaxBytes) {
        return wrong("schema", std::to_string(json.size()) + " bytes, expected at most " +
                                   std::to_string(kMaxBytes));
    }
    dom::parser parser;
    simdjson::error_code error = parser.allocate(json.size(), kSchemaDepth);
    dom::element root;
    if (error == simdjson::SUCCESS) error = parser.parse(std::string(json)).get(root);
    if (error != simdjson::SUCCESS) {
        return wrong("schema", std::string("not JSON: ") + simdjson::error_message(error));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const dom::object object, object_of(root, "schema"));
    Schema schema;
    TEMBLOR_RETURN_IF_ERROR(read_schema(object, schema));
    TEMBLOR_RETURN_IF_ERROR(schema.validate());
    return schema;
}

}  // namespace temblor
