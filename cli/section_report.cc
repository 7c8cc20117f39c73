#include "cli/section_report.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/human_text.h"

namespace temblor::cli {

const char* id_kind_name(IdKind kind) {
    switch (kind) {
        case IdKind::kRowNumber:
            return "row number";
        case IdKind::kU64:
            return "u64";
        case IdKind::kUuid:
            return "uuid";
        case IdKind::kString:
            return "string";
    }
    return "unknown";
}

std::string section_table(std::span<const Segment::Section> sections, uint64_t file_bytes) {
    std::string out;
    for (const Segment::Section& section : sections) {
        out +=
            fmt::format("  {:<16} {:>10}  {:>5.1f} %\n", section.name, human_bytes(section.bytes),
                        100 * static_cast<double>(section.bytes) /
                            static_cast<double>(std::max<uint64_t>(file_bytes, 1)));
    }
    return out;
}

boost::json::array section_json(std::span<const Segment::Section> sections) {
    boost::json::array out;
    for (const Segment::Section& section : sections) {
        boost::json::object entry;
        entry["name"] = std::string(section.name);
        entry["offset"] = section.offset;
        entry["bytes"] = section.bytes;
        out.push_back(std::move(entry));
    }
    return out;
}

}  // namespace temblor::cli
