#pragma once

#include <span>
#include <string>

#include "data/document_ids.h"
#include "index/segment.h"

namespace boost::json {
class array;
}

namespace temblor::cli {

/// "row number", "u64", "uuid" or "string".
const char* id_kind_name(IdKind kind);

/// A line a section: name, size, share of `file_bytes`.
std::string section_table(std::span<const Segment::Section> sections, uint64_t file_bytes);

/// An array of {name, offset, bytes}.
boost::json::array section_json(std::span<const Segment::Section> sections);

}  // namespace temblor::cli
