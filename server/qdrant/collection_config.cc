#include "server/qdrant/collection_config.h"

#include <array>

#include "index/payload/json_members.h"
#include "server/request_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

constexpr uint64_t kMaxDimensions = 65'536;

Result<Distance> read_distance(const OptionalElement& value, const JsonPlace& place) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element element, needed(value, place));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string name, read_text(element, place, {}));
    for (const Distance distance :
         {Distance::kCosine, Distance::kDot, Distance::kEuclid, Distance::kManhattan}) {
        if (name == qdrant_distance(distance)) return distance;
    }
    return place.wrong("expected Cosine, Dot, Euclid or Manhattan, got '" + name + "'");
}

Status check_datatype(const OptionalElement& value, const JsonPlace& place) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string name, read_text(value, place, "float32"));
    if (name == "float32" || name == "float16" || name == "uint8") return Status::ok();
    return place.wrong("expected float32, float16 or uint8, got '" + name + "'");
}

Result<DenseVectorSettings> read_dense(dom::element value, const JsonPlace& place) {
    static constexpr std::array<std::string_view, 9> kNames = {
        "size",    "distance", "hnsw_config",        "quantization_config",
        "on_disk", "datatype", "multivector_config", "memory",
        "index"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(value, place, kNames));
    const JsonPlace size(place, "size");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element given, needed(members[0], size));
    DenseVectorSettings settings;
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t dimensions,
                             read_count(given, size, 0, 1, kMaxDimensions));
    settings.size = static_cast<uint32_t>(dimensions);
    TEMBLOR_ASSIGN_OR_RETURN(settings.distance,
                             read_distance(members[1], JsonPlace(place, "distance")));
    for (const size_t unused : {size_t{2}, size_t{3}})
        TEMBLOR_RETURN_IF_ERROR(check_object(members[unused], {place, kNames[unused]}));
    TEMBLOR_RETURN_IF_ERROR(read_bool(members[4], {place, "on_disk"}, false).status());
    TEMBLOR_RETURN_IF_ERROR(check_datatype(members[5], JsonPlace(place, "datatype")));
    if (members[6]) {
        return Status::unimplemented(JsonPlace(place, "multivector_config").text() +
                                     ": multivectors are not supported");
    }
    const JsonPlace index(place, "index");
    TEMBLOR_ASSIGN_OR_RETURN(const std::string found_by,
                             read_text(members[8], index, dense_index_name(settings.index)));
    auto parsed = parse_dense_index(found_by);
    if (!parsed.is_ok()) return index.wrong(parsed.status().message());
    settings.index = *parsed;
    return settings;
}

Result<SparseVectorSettings> read_sparse(dom::element value, const JsonPlace& place) {
    SparseVectorSettings settings;
    if (value.is_null()) return settings;
    static constexpr std::array<std::string_view, 2> kNames = {"index", "modifier"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(value, place, kNames));
    if (members[0]) {
        static constexpr std::array<std::string_view, 4> kIndexNames = {
            "full_scan_threshold", "on_disk", "datatype", "memory"};
        const JsonPlace index(place, "index");
        TEMBLOR_ASSIGN_OR_RETURN(const auto parts, read_members(*members[0], index, kIndexNames));
        TEMBLOR_RETURN_IF_ERROR(
            read_count(parts[0], {index, kIndexNames[0]}, 0, 0, UINT64_MAX).status());
        TEMBLOR_RETURN_IF_ERROR(read_bool(parts[1], {index, "on_disk"}, false).status());
        TEMBLOR_RETURN_IF_ERROR(check_datatype(parts[2], JsonPlace(index, "datatype")));
    }
    const JsonPlace modifier(place, "modifier");
    TEMBLOR_ASSIGN_OR_RETURN(const std::string name, read_text(members[1], modifier, "none"));
    if (name == "idf") {
        // Whose weights need idf are weighed by the counts of terms.
        settings.modifier = VectorModifier::kIdf;
        settings.source = VectorSource::kText;
    } else if (name != "none") {
        return modifier.wrong("expected none or idf, got '" + name + "'");
    }
    return settings;
}

/// Whether `value` is the settings of one vector without a name.
bool is_unnamed(dom::element value) {
    dom::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return false;
    dom::element size;
    return object.at_key("size").get(size) == simdjson::SUCCESS && !size.is_object();
}

Status read_vectors(dom::element value, Schema& schema) {
    const JsonPlace place("vectors");
    if (is_unnamed(value)) {
        TEMBLOR_ASSIGN_OR_RETURN(schema.dense[""], read_dense(value, place));
        return Status::ok();
    }
    dom::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS)
        return place.expected("an object", value);
    for (const auto [name, settings] : object) {
        const JsonPlace one(place, name);
        if (schema.dense.contains(name)) return one.wrong("given twice");
        TEMBLOR_ASSIGN_OR_RETURN(schema.dense[std::string(name)], read_dense(settings, one));
    }
    return Status::ok();
}

Status read_sparse_vectors(dom::element value, Schema& schema) {
    const JsonPlace place("sparse_vectors");
    dom::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS)
        return place.expected("an object", value);
    for (const auto [name, settings] : object) {
        const JsonPlace one(place, name);
        if (schema.sparse.contains(name)) return one.wrong("given twice");
        TEMBLOR_ASSIGN_OR_RETURN(schema.sparse[std::string(name)], read_sparse(settings, one));
    }
    return Status::ok();
}

void write_dense(const DenseVectorSettings& settings, JsonWriter& json) {
    json.begin_object().member("size", uint64_t{settings.size});
    json.member("distance", qdrant_distance(settings.distance));
    if (settings.index != DenseVectorSettings{}.index)
        json.member("index", dense_index_name(settings.index));
    json.end_object();
}

void write_params(const Schema& schema, JsonWriter& json) {
    json.key("params").begin_object();
    json.key("vectors");
    const auto unnamed = schema.dense.find("");
    if (schema.dense.size() == 1 && unnamed != schema.dense.end()) {
        write_dense(unnamed->second, json);
    } else {
        json.begin_object();
        for (const auto& [name, settings] : schema.dense) {
            json.key(name);
            write_dense(settings, json);
        }
        json.end_object();
    }
    if (!schema.sparse.empty()) {
        json.key("sparse_vectors").begin_object();
        for (const auto& [name, settings] : schema.sparse) {
            json.key(name).begin_object();
            json.key("index").begin_object().member("on_disk", false).end_object();
            if (settings.modifier == VectorModifier::kIdf) json.member("modifier", "idf");
            json.end_object();
        }
        json.end_object();
    }
    json.member("shard_number", uint64_t{1}).member("replication_factor", uint64_t{1});
    json.member("write_consistency_factor", uint64_t{1}).member("on_disk_payload", true);
    json.end_object();
}

}  // namespace

std::string_view qdrant_distance(Distance distance) {
    switch (distance) {
        case Distance::kDot:
            return "Dot";
        case Distance::kEuclid:
            return "Euclid";
        case Distance::kManhattan:
            return "Manhattan";
        case Distance::kCosine:
            break;
    }
    return "Cosine";
}

Result<Schema> read_collection_config(dom::element body) {
    static constexpr std::array<std::string_view, 16> kNames = {
        "vectors",           "sparse_vectors",      "hnsw_config",  "wal_config",
        "optimizers_config", "quantization_config", "shard_number", "sharding_method",
        "on_disk_payload",   "replication_factor",  "init_from",    "write_consistency_factor",
        "metadata",          "strict_mode_config",  "payload",      "id_tracker"};
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(body, place, kNames));
    for (const size_t unused : std::array<size_t, 5>{2, 3, 4, 5, 12})
        TEMBLOR_RETURN_IF_ERROR(check_object(members[unused], {place, kNames[unused]}));
    for (const size_t unused : std::array<size_t, 3>{6, 9, 11}) {
        TEMBLOR_RETURN_IF_ERROR(
            read_count(members[unused], {place, kNames[unused]}, 1, 1, UINT32_MAX).status());
    }
    TEMBLOR_RETURN_IF_ERROR(read_bool(members[8], {place, kNames[8]}, true).status());
    TEMBLOR_ASSIGN_OR_RETURN(const std::string sharding,
                             read_text(members[7], {place, kNames[7]}, "auto"));
    if (sharding != "auto" && sharding != "custom")
        return JsonPlace(place, kNames[7]).wrong("expected auto or custom, got '" + sharding + "'");
    for (const size_t refused : {size_t{10}, size_t{13}}) {
        if (members[refused]) {
            return Status::unimplemented("body." + std::string(kNames[refused]) +
                                         ": not supported");
        }
    }
    Schema schema;
    if (members[0]) TEMBLOR_RETURN_IF_ERROR(read_vectors(*members[0], schema));
    if (members[1]) TEMBLOR_RETURN_IF_ERROR(read_sparse_vectors(*members[1], schema));
    TEMBLOR_RETURN_IF_ERROR(schema.validate());
    return schema;
}

Result<PayloadType> read_index_type(dom::element value, const JsonPlace& place) {
    std::string_view name;
    if (value.get_string().get(name) != simdjson::SUCCESS) {
        if (!value.is_object())
            return place.expected("the name of a type, or an object with it as type", value);
        // But for the type all of them tune indexes that are not here.
        static constexpr std::array<std::string_view, 16> kNames = {
            "type",          "on_disk",   "is_tenant",     "is_principal",
            "lookup",        "range",     "tokenizer",     "min_token_len",
            "max_token_len", "lowercase", "ascii_folding", "phrase_matching",
            "stopwords",     "stemmer",   "enable_hnsw",   "memory"};
        TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(value, place, kNames));
        const JsonPlace at(place, "type");
        TEMBLOR_ASSIGN_OR_RETURN(const dom::element type, needed(members[0], at));
        if (type.get_string().get(name) != simdjson::SUCCESS)
            return at.expected("the name of a type", type);
    }
    if (name == "uuid") return PayloadType::kKeyword;
    if (name == "geo")
        return Status::unimplemented(place.text() + ": an index of type geo is not supported");
    auto type = parse_payload_type(name);
    if (!type.is_ok()) return std::move(type).status().with_context(place.text());
    return type;
}

void write_collection_info(const Collection& collection, JsonWriter& json) {
    const CollectionStats stats = collection.stats();
    const auto version = collection.version();
    const Schema& schema = *version->schema;
    const bool is_busy = stats.waiting_memtables > 0 || stats.unindexed_points > 0;
    const bool is_wrong = !stats.write_error.empty();
    json.begin_object();
    json.member("status", is_wrong ? "red" : is_busy ? "yellow" : "green");
    if (stats.background_error.empty()) {
        json.member("optimizer_status", "ok");
    } else {
        json.key("optimizer_status").begin_object();
        json.member("error", stats.background_error).end_object();
    }
    const uint64_t vectors = schema.dense.size() + schema.sparse.size();
    json.member("indexed_vectors_count",
                (stats.points - std::min(stats.points, stats.memtable_points)) * vectors);
    json.member("points_count", stats.points);
    json.member("segments_count", stats.segments);
    json.key("config").begin_object();
    write_params(schema, json);
    json.key("hnsw_config").begin_object();
    json.member("m", uint64_t{16}).member("ef_construct", uint64_t{100});
    json.member("full_scan_threshold", uint64_t{10'000}).end_object();
    json.key("optimizer_config").begin_object();
    json.member("deleted_threshold", 0.25).member("vacuum_min_vector_number", uint64_t{1000});
    json.member("default_segment_number", uint64_t{0});
    json.member("flush_interval_sec", uint64_t{5}).end_object();
    json.key("wal_config").null().key("quantization_config").null();
    json.end_object();
    json.key("payload_schema").begin_object();
    for (const auto& [key, type] : schema.payload_indexes) {
        json.key(key).begin_object().member("data_type", payload_type_name(type));
        json.member("points", stats.points).end_object();
    }
    json.end_object().end_object();
}

}  // namespace temblor
