#include "index/collection/snapshot_manifest.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>
#include <simdjson.h>
#include <xxhash.h>

namespace temblor {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxName = 255;
constexpr std::string_view kHashMember = ",\"xxh3\":\"";

Status damaged(const std::string& what) { return Status::corruption("manifest.json: " + what); }

std::string hex(uint64_t hash) { return fmt::format("{:016x}", hash); }

uint64_t hash_of(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

bool is_file_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxName && name.front() != '.' &&
           std::ranges::all_of(name, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '-' || c == '_';
           });
}

/// Decimal, fits 64 bits, written the one way.
bool is_number(std::string_view text) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() &&
           std::to_string(number) == text;
}

bool parse_hash(std::string_view text, uint64_t& hash) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
    return error == std::errc() && end == text.data() + text.size() && hex(hash) == text;
}

}  // namespace

bool is_snapshot_name(std::string_view name) {
    constexpr std::string_view kDatabase = "db/";
    constexpr std::string_view kSegments = "segments/";
    if (name.starts_with(kDatabase)) return is_file_name(name.substr(kDatabase.size()));
    if (!name.starts_with(kSegments)) return false;
    name.remove_prefix(kSegments.size());
    const size_t slash = name.find('/');
    return slash != std::string_view::npos && is_number(name.substr(0, slash)) &&
           is_file_name(name.substr(slash + 1)) && name.ends_with(".tbl");
}

std::string SnapshotManifest::to_json() const {
    std::string out =
        fmt::format("{{\"format_version\":{},\"schema\":{},\"points\":{},\"last_ordinal\":{}",
                    kFormatVersion, schema.to_json(), points, last_ordinal);
    out += ",\"files\":[";
    for (size_t i = 0; i < files.size(); ++i) {
        out += fmt::format("{}{{\"name\":\"{}\",\"bytes\":{},\"xxh3\":\"{}\"}}", i > 0 ? "," : "",
                           files[i].name, files[i].bytes, hex(files[i].xxh3));
    }
    out += ']';
    const std::string own = hex(hash_of(out));
    out += kHashMember;
    out += own;
    return out + "\"}\n";
}

Result<SnapshotManifest> SnapshotManifest::from_json(std::string_view json) {
    const size_t at = json.rfind(kHashMember);
    if (at == std::string_view::npos) return damaged("no member \"xxh3\" at the end");
    uint64_t own = 0;
    const std::string_view rest = json.substr(at + kHashMember.size());
    if (!rest.ends_with("\"}\n") || !parse_hash(rest.substr(0, rest.size() - 3), own) ||
        own != hash_of(json.substr(0, at))) {
        return damaged("its checksum does not match");
    }
    dom::parser parser;
    dom::element root;
    if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS)
        return damaged("not JSON");
    uint64_t version = 0;
    if (root["format_version"].get(version) != simdjson::SUCCESS)
        return damaged("field format_version");
    if (version != kFormatVersion) {
        return Status::unimplemented(fmt::format(
            "manifest.json: format version {}, this build reads {}", version, kFormatVersion));
    }
    SnapshotManifest manifest;
    dom::element schema;
    dom::array files;
    if (root["schema"].get(schema) != simdjson::SUCCESS) return damaged("field schema");
    auto parsed = Schema::from_json(simdjson::minify(schema));
    if (!parsed.is_ok()) return damaged("field schema: " + parsed.status().message());
    manifest.schema = *std::move(parsed);
    if (root["points"].get(manifest.points) != simdjson::SUCCESS) return damaged("field points");
    if (root["last_ordinal"].get(manifest.last_ordinal) != simdjson::SUCCESS)
        return damaged("field last_ordinal");
    if (root["files"].get(files) != simdjson::SUCCESS) return damaged("field files");
    std::set<std::string_view> names;
    for (const dom::element entry : files) {
        std::string_view name;
        std::string_view hash;
        SnapshotFile file;
        const std::string field = fmt::format("files[{}]", names.size());
        if (entry["name"].get(name) != simdjson::SUCCESS) return damaged(field + ".name");
        if (!is_snapshot_name(name)) {
            return damaged(fmt::format("{}.name: \"{}\": not a file of a collection", field, name));
        }
        if (!names.insert(name).second)
            return damaged(fmt::format("{}.name: \"{}\": given twice", field, name));
        if (entry["bytes"].get(file.bytes) != simdjson::SUCCESS) return damaged(field + ".bytes");
        if (entry["xxh3"].get(hash) != simdjson::SUCCESS || !parse_hash(hash, file.xxh3))
            return damaged(field + ".xxh3");
        file.name = name;
        manifest.files.push_back(std::move(file));
    }
    return manifest;
}

}  // namespace temblor
