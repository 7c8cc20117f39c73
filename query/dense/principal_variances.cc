#include "query/dense/principal_variances.h"

#include <exception>
#include <string>

#include <faiss/VectorTransform.h>

namespace temblor {

Result<std::vector<float>> principal_variances(const RowBlock& rows) {
    if (rows.rows < 2) return Status::invalid_argument("variances need two rows at least");
    const auto dim = static_cast<int>(rows.dim);
    try {
        faiss::PCAMatrix pca(dim, dim);
        pca.max_points_per_d = rows.rows / rows.dim + 1;  // all of them
        pca.train(static_cast<int64_t>(rows.rows), rows.values.data());
        // Faiss leaves the sums of squares undivided.
        std::vector<float> variances = pca.eigenvalues;
        for (float& variance : variances) variance /= static_cast<float>(rows.rows);
        return variances;
    } catch (const std::exception& error) {
        return Status::internal(std::string("Faiss: ") + error.what());
    }
}

}  // namespace temblor
