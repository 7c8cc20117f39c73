#include "data/text/hashed_bm25.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "data/text/murmur_hash.h"

namespace temblor {

Result<HashedBm25> HashedBm25::create(std::shared_ptr<const Analyzer> analyzer,
                                      const HashedBm25Options& options) {
    const double k = options.saturation.k1;
    const double b = options.saturation.b;
    if (!(k >= 0 && k <= HashedBm25Options::kMaxSaturation)) {
        return Status::invalid_argument(fmt::format("k: expected a number from 0 to {}, got {}",
                                                    HashedBm25Options::kMaxSaturation, k));
    }
    if (!(b >= 0 && b <= 1))
        return Status::invalid_argument(fmt::format("b: expected a number from 0 to 1, got {}", b));
    if (!(options.average_length > 0) || !std::isfinite(options.average_length)) {
        return Status::invalid_argument(
            fmt::format("avg_len: expected a number over 0, got {}", options.average_length));
    }
    return HashedBm25(std::move(analyzer), options);
}

uint32_t HashedBm25::component_of(std::string_view term) {
    const uint32_t hash = murmur_hash(term);
    return hash >> 31 == 0 ? hash : uint32_t{0} - hash;
}

Result<std::vector<uint32_t>> HashedBm25::components(std::string_view text) const {
    std::vector<uint32_t> components;
    TEMBLOR_RETURN_IF_ERROR(analyzer_->analyze(
        text, [&](std::string_view term) { components.push_back(component_of(term)); }));
    std::sort(components.begin(), components.end());
    return components;
}

Result<SparseVector> HashedBm25::document(std::string_view text) const {
    TEMBLOR_ASSIGN_OR_RETURN(const std::vector<uint32_t> terms, components(text));
    const auto& [k, b] = options_.saturation;
    const double dampening =
        k * (1 - b + b * static_cast<double>(terms.size()) / options_.average_length);
    SparseVector document;
    for (size_t begin = 0; begin < terms.size();) {
        size_t end = begin + 1;
        while (end < terms.size() && terms[end] == terms[begin]) ++end;
        const auto tf = static_cast<double>(end - begin);
        document.components.push_back(terms[begin]);
        document.values.push_back(static_cast<float>(tf * (k + 1) / (tf + dampening)));
        begin = end;
    }
    return document;
}

Result<SparseVector> HashedBm25::query(std::string_view text) const {
    SparseVector query;
    TEMBLOR_ASSIGN_OR_RETURN(query.components, components(text));
    query.components.erase(std::unique(query.components.begin(), query.components.end()),
                           query.components.end());
    query.values.assign(query.components.size(), 1.0F);
    return query;
}

}  // namespace temblor
