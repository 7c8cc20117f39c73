#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/sparse_dataset.h"
#include "data/sparse_vector.h"
#include "data/status.h"

namespace temblor {

/// How BM25 dampens counts; see TermCounts::saturate.
struct Saturation {
    double k1 = 1.2;  ///< finite, at least 0: larger lets repeated terms count for more
    double b = 0.75;  ///< 0 to 1: how far documents longer than the mean are held back
};
Status validate(const Saturation& saturation);

/// How often each term stands in each document of a corpus, gathered while texts stream by and
/// turned into weights in place: the memory is that of the final CSR arrays (twice it while one of
/// them grows) and 8 bytes a component.
class TermCounts {
public:
    /// A document as the components of its terms, in any order and repeated as in the text; the
    /// span's contents are sorted in place. O(n log n).
    void add_terms(std::span<uint32_t> terms);

    [[nodiscard]] uint64_t documents() const { return offsets_.size() - 1; }
    /// Terms a document, 0 without any documents.
    [[nodiscard]] double mean_length() const;
    /// Documents that hold `component`.
    [[nodiscard]] uint64_t document_frequency(uint32_t component) const {
        return component < document_frequency_.size() ? document_frequency_[component] : 0;
    }

    /// Turns the counts into tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean_length)), times
    /// factors[component] unless `factors` is empty, and gives them up as a dataset of `dim`
    /// columns.
    Result<SparseDataset> saturate(const Saturation& saturation, std::span<const double> factors,
                                   uint64_t dim) &&;

private:
    std::vector<uint64_t> offsets_{0};
    std::vector<uint32_t> components_;
    std::vector<float> values_;
    std::vector<uint32_t> lengths_;  ///< terms
    std::vector<uint64_t> document_frequency_;
    uint64_t total_length_ = 0;
};

}  // namespace temblor
