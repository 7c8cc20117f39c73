#include "query/explain.h"

#include <algorithm>

namespace temblor {

std::vector<ScoreShare> score_shares(SparseVectorView query, SparseVectorView document) {
    std::vector<ScoreShare> shares;
    size_t d = 0;
    for (size_t q = 0; q < query.nnz(); ++q) {
        while (d < document.nnz() && document.components[d] < query.components[q]) ++d;
        if (d == document.nnz()) break;
        if (document.components[d] != query.components[q]) continue;
        ScoreShare share;
        share.component = query.components[q];
        share.query_value = query.values[q];
        share.document_value = document.values[d];
        share.product =
            static_cast<double>(share.query_value) * static_cast<double>(share.document_value);
        shares.push_back(std::move(share));
    }
    std::sort(shares.begin(), shares.end(), [](const ScoreShare& a, const ScoreShare& b) {
        return a.product != b.product ? a.product > b.product : a.component < b.component;
    });
    return shares;
}

Result<std::vector<ScoreShare>> explain(const Segment& segment, SparseVectorView query,
                                        uint32_t row) {
    TEMBLOR_ASSIGN_OR_RETURN(const SparseVector document, segment.vector(row));
    std::vector<ScoreShare> shares = score_shares(query, document.view());
    for (ScoreShare& share : shares) share.token = segment.vocabulary().token(share.component);
    return shares;
}

}  // namespace temblor
