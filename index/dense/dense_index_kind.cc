#include "index/dense/dense_index_kind.h"

#include <string>

namespace temblor {

std::string_view dense_index_name(DenseIndexKind kind) {
    switch (kind) {
        case DenseIndexKind::kFlat:
            return "flat";
        case DenseIndexKind::kHashed:
            return "hashed";
        case DenseIndexKind::kHnsw:
            return "hnsw";
    }
    return "unknown";
}

Result<DenseIndexKind> parse_dense_index(std::string_view name) {
    for (const auto kind : {DenseIndexKind::kFlat, DenseIndexKind::kHashed, DenseIndexKind::kHnsw})
        if (dense_index_name(kind) == name) return kind;
    return Status::invalid_argument("expected flat, hashed or hnsw, got \"" + std::string(name) +
                                    "\"");
}

}  // namespace temblor
