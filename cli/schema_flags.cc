#include "cli/schema_flags.h"

#include <charconv>
#include <optional>

#include <CLI/App.hpp>
#include <fmt/format.h>

#include "data/text/small_file.h"

namespace temblor::cli {
namespace {

Status wrong(const char* flag, const std::string& value, std::string_view expected) {
    return Status::invalid_argument(fmt::format("{} {}: expected {}", flag, value, expected));
}

/// What is before the last ':' and after it: names may hold colons, too.
std::optional<std::pair<std::string, std::string>> split(const std::string& text) {
    const size_t colon = text.rfind(':');
    if (colon == std::string::npos) return std::nullopt;
    return std::pair(text.substr(0, colon), text.substr(colon + 1));
}

Result<Schema> read_schema(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string text, read_small_file(path));
    auto schema = Schema::from_json(text);
    if (!schema.is_ok()) return std::move(schema).status().with_context(path);
    return schema;
}

Status add_dense(const std::string& text, Schema& schema) {
    constexpr std::string_view kExpected = "NAME:SIZE:DISTANCE, as in title:384:cosine";
    const auto outer = split(text);
    const auto inner = outer ? split(outer->first) : std::nullopt;
    if (!inner) return wrong("--dense", text, kExpected);
    const std::string& digits = inner->second;
    DenseVectorSettings settings;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), settings.size);
    if (error != std::errc() || end != digits.data() + digits.size())
        return wrong("--dense", text, kExpected);
    auto distance = parse_distance(outer->second);
    if (!distance.is_ok())
        return std::move(distance).status().with_context(fmt::format("--dense {}", text));
    settings.distance = *distance;
    if (!schema.dense.emplace(inner->first, settings).second)
        return wrong("--dense", text, "each name once");
    return Status::ok();
}

Status add_index(const std::string& text, Schema& schema) {
    const auto parts = split(text);
    if (!parts) return wrong("--index", text, "KEY:TYPE, as in price:integer");
    auto type = parse_payload_type(parts->second);
    if (!type.is_ok())
        return std::move(type).status().with_context(fmt::format("--index {}", text));
    if (!schema.payload_indexes.emplace(parts->first, *type).second)
        return wrong("--index", text, "each key once");
    return Status::ok();
}

}  // namespace

void SchemaFlags::add_to(CLI::App& verb) {
    CLI::Option* file = verb.add_option("--schema", file_, "JSON file of the whole schema");
    verb.add_option("--sparse", sparse_, "Names of sparse vectors")->excludes(file);
    verb.add_option("--dense", dense_,
                    "Dense vectors, NAME:SIZE:DISTANCE (dot, cosine, euclid, manhattan)")
        ->excludes(file);
    verb.add_option("--index", indexes_,
                    "Payload indexes, KEY:TYPE (keyword, integer, float, bool, datetime, text)")
        ->excludes(file);
}

Result<Schema> SchemaFlags::resolve() const {
    if (!file_.empty()) return read_schema(file_);
    Schema schema;
    for (const std::string& name : sparse_) {
        if (!schema.sparse.emplace(name, SparseVectorSettings{}).second)
            return wrong("--sparse", name, "each name once");
    }
    for (const std::string& text : dense_) TEMBLOR_RETURN_IF_ERROR(add_dense(text, schema));
    for (const std::string& text : indexes_) TEMBLOR_RETURN_IF_ERROR(add_index(text, schema));
    TEMBLOR_RETURN_IF_ERROR(schema.validate());
    return schema;
}

}  // namespace temblor::cli
