#include "query/dense/row_products.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <string>

#include <faiss/utils/distances.h>
#include <omp.h>

#include "data/check.h"

namespace temblor {

Status nearest_in_block(const RowBlock& queries, const RowBlock& rows, bool squared_distance,
                        uint64_t k, std::span<float> keys, std::span<int64_t> places) {
    TEMBLOR_CHECK(queries.dim == rows.dim && keys.size() == queries.rows * k &&
                  places.size() == keys.size());
    try {
        if (squared_distance) {
            faiss::knn_L2sqr(queries.values.data(), rows.values.data(), rows.dim, queries.rows,
                             rows.rows, k, keys.data(), places.data());
        } else {
            faiss::knn_inner_product(queries.values.data(), rows.values.data(), rows.dim,
                                     queries.rows, rows.rows, k, keys.data(), places.data());
        }
    } catch (const std::bad_alloc&) {
        return Status::resource_exhausted("not enough memory for the nearest of " +
                                          std::to_string(rows.rows) + " rows");
    } catch (const std::exception& error) {
        return Status::internal(std::string("Faiss: ") + error.what());
    }
    return Status::ok();
}

OpenMpThreads::OpenMpThreads(uint32_t threads) : before_(omp_get_max_threads()) {
    constexpr uint32_t kMost = 4096;
    if (threads > 0) omp_set_num_threads(static_cast<int>(std::min(threads, kMost)));
}

OpenMpThreads::~OpenMpThreads() { omp_set_num_threads(before_); }

}  // namespace temblor
