#include "index/collection/manifest.h"

#include <simdjson.h>

namespace temblor {
namespace {

Status damaged_manifest(const char* member) {
    return Status::corruption(std::string("database: manifest: field ") + member);
}

}  // namespace

std::string Manifest::to_json() const {
    std::string out = "{\"next_segment\":" + std::to_string(next_segment) +
                      ",\"sealed_through\":" + std::to_string(sealed_through) + ",\"segments\":[";
    for (size_t i = 0; i < segments.size(); ++i) {
        if (i > 0) out += ',';
        out += "{\"number\":" + std::to_string(segments[i].number) +
               ",\"rows\":" + std::to_string(segments[i].rows) + "}";
    }
    return out + "]}";
}

Result<Manifest> Manifest::from_json(std::string_view json) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS)
        return Status::corruption("database: manifest: not JSON");
    Manifest manifest;
    if (root["next_segment"].get(manifest.next_segment) != simdjson::SUCCESS)
        return damaged_manifest("next_segment");
    if (root["sealed_through"].get(manifest.sealed_through) != simdjson::SUCCESS)
        return damaged_manifest("sealed_through");
    simdjson::dom::array segments;
    if (root["segments"].get(segments) != simdjson::SUCCESS) return damaged_manifest("segments");
    for (const simdjson::dom::element entry : segments) {
        SegmentEntry segment;
        if (entry["number"].get(segment.number) != simdjson::SUCCESS)
            return damaged_manifest("number");
        if (entry["rows"].get(segment.rows) != simdjson::SUCCESS) return damaged_manifest("rows");
        if (segment.number >= manifest.next_segment) return damaged_manifest("number");
        manifest.segments.push_back(segment);
    }
    return manifest;
}

}  // namespace temblor
