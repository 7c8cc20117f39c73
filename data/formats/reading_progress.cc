#include "data/formats/reading_progress.h"

#include <algorithm>

namespace temblor {
namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr uint64_t kEntriesBetweenReports = uint64_t{1} << 20;

Status check_signs(SparseVectorView row) {
    const auto negative = std::find_if(row.components.begin(), row.components.end(),
                                       [](uint32_t c) { return static_cast<int32_t>(c) < 0; });
    if (negative == row.components.end()) return Status::ok();
    return Status::invalid_argument(
        "entry " + std::to_string(negative - row.components.begin()) + ": component " +
        std::to_string(static_cast<int32_t>(*negative)) + " is negative");
}

}  // namespace

Status ReadingProgress::at(uint64_t position) {
    if (progress_.cancelled()) return Status::cancelled(path_ + ": reading was cancelled");
    const auto now = std::chrono::steady_clock::now();
    if (now - reported_ >= kInterval) {
        reported_ = now;
        progress_.report("reading", position, total_);
    }
    return Status::ok();
}

Status check_rows(const SparseDataset& dataset, ValueRule rule, bool signed_components,
                  ReadingProgress& reading) {
    uint64_t next_report = 0;
    for (uint64_t r = 0; r < dataset.rows(); ++r) {
        const SparseVectorView row = dataset.row(r);
        const uint64_t seen = dataset.offsets()[r] + r;
        if (seen >= next_report) {
            const double share =
                static_cast<double>(seen) / static_cast<double>(dataset.nnz() + dataset.rows());
            const double position = share * static_cast<double>(reading.total());
            TEMBLOR_RETURN_IF_ERROR(reading.at(static_cast<uint64_t>(position)));
            next_report = seen + kEntriesBetweenReports;
        }
        // A dimension of 0 admits no entry, where validate_sparse_vector reads it as "no bound".
        Status status = validate_sparse_vector(row, rule, dataset.dim());
        if (status.is_ok() && dataset.dim() == 0 && row.nnz() != 0) {
            status = Status::invalid_argument("entry 0: a component where the dimension is 0");
        }
        if (status.is_ok()) continue;
        if (signed_components) {
            Status sign = check_signs(row);
            if (!sign.is_ok()) status = std::move(sign);
        }
        return std::move(status).with_context(reading.path() + ": row " + std::to_string(r));
    }
    return Status::ok();
}

}  // namespace temblor
