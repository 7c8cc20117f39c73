#include "server/bm25_reranker.h"

#include "data/text/bm25.h"

namespace temblor {

Result<std::vector<float>> Bm25Reranker::score(std::string_view query,
                                               std::span<const std::string> documents,
                                               const std::function<bool()>& cancelled) const {
    TEMBLOR_ASSIGN_OR_RETURN(const auto encoder, make_bm25_document_encoder(options_));
    for (const std::string& document : documents) {
        if (cancelled()) return Status::cancelled("nobody waits for the answer");
        TEMBLOR_RETURN_IF_ERROR(encoder->add(document));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const EncodedCorpus corpus, encoder->finish());
    TEMBLOR_ASSIGN_OR_RETURN(const auto queries,
                             load_text_encoder(corpus.encoder, corpus.vocabulary));
    TEMBLOR_ASSIGN_OR_RETURN(const SparseVector asked, queries->encode_query(query));
    std::vector<float> scores;
    for (uint64_t row = 0; row < documents.size(); ++row) {
        scores.push_back(static_cast<float>(inner_product(asked.view(), corpus.vectors.row(row))));
    }
    return scores;
}

}  // namespace temblor
