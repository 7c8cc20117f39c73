#include "cli/document_lookup.h"

#include <fmt/format.h>

namespace temblor::cli {

Result<uint64_t> find_row(const DocumentIds& ids, const std::string& path, const std::string& id) {
    const DocumentId wanted = parse_document_id(id);
    for (uint64_t row = 0; row < ids.count(); ++row) {
        const DocumentId found = ids.id(row);
        if (found == wanted || to_string(found) == id) return row;
    }
    return Status::not_found(fmt::format("{}: no document has the id '{}'", path, id));
}

Status check_row(uint64_t row, uint64_t rows, const std::string& path) {
    if (row < rows) return Status::ok();
    return Status::not_found(fmt::format("{}: row {} is past its {} documents", path, row, rows));
}

}  // namespace temblor::cli
