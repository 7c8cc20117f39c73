#include "data/text/term_counts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace temblor {

Status validate(const Saturation& saturation) {
    if (!std::isfinite(saturation.k1) || saturation.k1 < 0) {
        return Status::invalid_argument(
            fmt::format("k1: expected a number of at least 0, found {}", saturation.k1));
    }
    if (!(saturation.b >= 0 && saturation.b <= 1)) {
        return Status::invalid_argument(
            fmt::format("b: expected a number from 0 to 1, found {}", saturation.b));
    }
    return {};
}

void TermCounts::add_terms(std::span<uint32_t> terms) {
    std::sort(terms.begin(), terms.end());
    if (!terms.empty() && terms.back() >= document_frequency_.size()) {
        document_frequency_.resize(size_t{terms.back()} + 1);
    }
    for (size_t i = 0; i < terms.size();) {
        size_t end = i + 1;
        while (end < terms.size() && terms[end] == terms[i]) ++end;
        components_.push_back(terms[i]);
        values_.push_back(static_cast<float>(end - i));
        ++document_frequency_[terms[i]];
        i = end;
    }
    offsets_.push_back(components_.size());
    lengths_.push_back(static_cast<uint32_t>(terms.size()));
    total_length_ += terms.size();
}

double TermCounts::mean_length() const {
    if (documents() == 0) return 0;
    return static_cast<double>(total_length_) / static_cast<double>(documents());
}

Result<SparseDataset> TermCounts::saturate(const Saturation& saturation,
                                           std::span<const double> factors, uint64_t dim) && {
    const double mean = std::max(mean_length(), std::numeric_limits<double>::min());
    for (uint64_t row = 0; row < documents(); ++row) {
        const double dampening =
            saturation.k1 * (1 - saturation.b + saturation.b * lengths_[row] / mean);
        for (uint64_t i = offsets_[row]; i < offsets_[row + 1]; ++i) {
            const double tf = values_[i];
            const double factor = factors.empty() ? 1.0 : factors[components_[i]];
            values_[i] = static_cast<float>(factor * tf * (saturation.k1 + 1) / (tf + dampening));
        }
    }
    return SparseDataset::from_arrays(std::move(offsets_), std::move(components_),
                                      std::move(values_), dim);
}

}  // namespace temblor
