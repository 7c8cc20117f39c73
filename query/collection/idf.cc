#include "query/collection/idf.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace temblor {

double inverse_document_frequency(uint64_t points, uint64_t frequency) {
    const auto df = static_cast<double>(frequency);
    const double others = static_cast<double>(std::max(points, frequency)) - df;
    return std::log1p((others + 0.5) / (df + 0.5));
}

uint64_t points_with_vector(const Version& version, std::string_view vector) {
    uint64_t points = 0;
    for (const SegmentView& view : version.segments) points += view.segment->sparse_rows(vector);
    for (const MemtableView& view : version.memtables)
        points += view.memtable->sparse_rows(vector, view.rows);
    return points;
}

uint64_t document_frequency(const Version& version, std::string_view vector, uint32_t component) {
    uint64_t frequency = 0;
    for (const SegmentView& view : version.segments) {
        const std::shared_ptr<const Segment>* const held = view.segment->sparse(vector);
        if (held != nullptr) frequency += (*held)->document_frequency(component);
    }
    for (const MemtableView& view : version.memtables)
        frequency += view.memtable->document_frequency(vector, component, view.rows);
    return frequency;
}

SparseVector weigh_by_idf(const Version& version, std::string_view vector, SparseVectorView query) {
    const uint64_t points = points_with_vector(version, vector);
    constexpr double kMost = std::numeric_limits<float>::max();
    SparseVector weighed;
    weighed.components.reserve(query.nnz());
    weighed.values.reserve(query.nnz());
    for (size_t i = 0; i < query.nnz(); ++i) {
        const uint64_t df = document_frequency(version, vector, query.components[i]);
        if (df == 0) continue;
        const double weight =
            static_cast<double>(query.values[i]) * inverse_document_frequency(points, df);
        weighed.components.push_back(query.components[i]);
        weighed.values.push_back(static_cast<float>(std::min(weight, kMost)));
    }
    return weighed;
}

}  // namespace temblor
