#include "index/dense/dense_index_kind.h"

#include <string>

namespace temblor {

std::string_view dense_index_name(DenseIndexKind kind) {
    switch (kind) {
        case DenseIndexKind::kFlat:
            return "flat";
        case DenseIndexKind::kHashed:
            return "hashed";
    }
    return "unknown";
}

Result<DenseIndexKind> parse_dense_index(std::string_view name) {
    for (const auto kind : {DenseIndexKind::kFlat, DenseIndexKind::kHashed})
        if (dense_index_name(kind) == name) return kind;
    return Status::invalid_argument("expected flat or hashed, got \"" + std::string(name) + "\"");
}

}  // namespace temblor
