#pragma once

#include <string>
#include <variant>
#include <vector>

#include "data/document_ids.h"
#include "data/sparse_vector.h"

namespace temblor {

using DenseVector = std::vector<float>;

/// One of a point's vectors. The name may be empty: the unnamed vector.
struct NamedVector {
    std::string name;
    std::variant<SparseVector, DenseVector> value;
};

/// What a collection keeps under one id.
struct Point {
    DocumentId id;
    std::string payload;  ///< a JSON object as it was written; empty means {}
    std::vector<NamedVector> vectors;
};

}  // namespace temblor
