#include "index/hash/hash_parameters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace temblor {
namespace {

constexpr std::array kCodeNames{std::pair{CodeKind::kProduct4, std::string_view("product4")},
                                std::pair{CodeKind::kProduct8, std::string_view("product8")},
                                std::pair{CodeKind::kBinary, std::string_view("binary")}};
constexpr std::array kRotationNames{std::pair{Rotation::kNone, std::string_view("none")},
                                    std::pair{Rotation::kOpq, std::string_view("opq")},
                                    std::pair{Rotation::kItq, std::string_view("itq")}};

constexpr uint64_t kRowsACell = 10;
constexpr uint32_t kWidest = 64;

}  // namespace

std::string_view code_kind_name(CodeKind kind) {
    for (const auto& [value, name] : kCodeNames)
        if (value == kind) return name;
    return "unknown";
}

Result<CodeKind> parse_code_kind(std::string_view name) {
    for (const auto& [value, text] : kCodeNames)
        if (text == name) return value;
    return Status::invalid_argument("code: \"" + std::string(name) +
                                    "\", expected product4, product8 or binary");
}

std::string_view rotation_name(Rotation rotation) {
    for (const auto& [value, name] : kRotationNames)
        if (value == rotation) return name;
    return "unknown";
}

Result<Rotation> parse_rotation(std::string_view name) {
    for (const auto& [value, text] : kRotationNames)
        if (text == name) return value;
    return Status::invalid_argument("rotation: \"" + std::string(name) +
                                    "\", expected none, opq or itq");
}

HashParameters HashParameters::resolved(uint64_t rows) const {
    HashParameters out = *this;
    const uint64_t most = std::max<uint64_t>(rows, 1);
    if (out.cells == 0)
        out.cells = static_cast<uint32_t>(std::min<uint64_t>(most / kRowsACell + 1, kMostCells));
    out.cells = static_cast<uint32_t>(std::min<uint64_t>(out.cells, most));
    if (out.lists == 0)
        out.lists = static_cast<uint32_t>(std::lround(std::sqrt(static_cast<double>(out.cells))));
    out.lists = std::clamp(out.lists, 1U, out.cells);
    out.assignments = std::min(out.assignments, out.cells);
    if (out.code_width == 0) out.code_width = out.code == CodeKind::kProduct8 ? 8 : 4;
    return out;
}

Status HashParameters::validate() const {
    const auto wrong = [](const char* name, uint64_t value, const std::string& expected) {
        return Status::invalid_argument(std::string(name) + ": " + std::to_string(value) +
                                        ", expected " + expected);
    };
    if (cells > kMostCells) return wrong("cells", cells, "at most 16777216");
    if (lists > 0 && cells > 0 && lists > cells)
        return wrong("lists", lists, "at most the number of cells, " + std::to_string(cells));
    if (assignments == 0 || assignments > kMostAssignments)
        return wrong("assignments", assignments, "1 to 16");
    if (code_width > kWidest) return wrong("code_width", code_width, "at most 64");
    if (code == CodeKind::kBinary && code_width != 0 && code_width != 4)
        return wrong("code_width", code_width, "4, as binary codes have a bit a dimension");
    return Status::ok();
}

}  // namespace temblor
