#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "data/progress.h"
#include "data/sparse_dataset.h"
#include "data/sparse_vector.h"
#include "data/status.h"

namespace temblor {

/// Where the reading of one file stands, in bytes of the file. Cheap enough to be told every line:
/// it passes on a report every tenth of a second.
class ReadingProgress {
public:
    ReadingProgress(Progress& progress, std::string path, uint64_t total)
        : progress_(progress), path_(std::move(path)), total_(total) {}

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] uint64_t total() const { return total_; }

    /// kCancelled "PATH: reading was cancelled" when the user asked for it.
    Status at(uint64_t position);
    void finish() { progress_.report("reading", total_, total_); }

private:
    Progress& progress_;
    std::string path_;
    uint64_t total_;
    std::chrono::steady_clock::time_point reported_{};
};

/// Every row through validate_sparse_vector, stopping for cancellation; progress is the share of
/// the entries seen, scaled to the file. Messages begin with "PATH: row N: ". `signed_components`:
/// the file holds int32, so components from 2^31 are told as the negative numbers they were.
Status check_rows(const SparseDataset& dataset, ValueRule rule, bool signed_components,
                  ReadingProgress& reading);

}  // namespace temblor
