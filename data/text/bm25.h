#pragma once

#include <memory>

#include "data/text/encoder_config.h"
#include "data/text/text_encoder.h"

namespace temblor {

/// BM25 as an impact encoder (Robertson and Zaragoza 2009, with the idf that Lucene uses). With
///
///     idf(t) = ln(1 + (N - df(t) + 0.5) / (df(t) + 0.5))
///
/// a document's weight is sqrt(idf) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean)) and
/// a query's is sqrt(idf) * qtf, so that the inner product is BM25, while either side's weights
/// alone say which of its terms matter: pruning documents and cutting queries keep the right ones.
/// N counts all documents, empty ones too. Terms come from data/text/analyzer.h; component c is the
/// c-th distinct term of the corpus. TextEncoderData::query_weights holds sqrt(idf).
///
/// Errors: kInvalidArgument for k1, b or the language.
Result<std::unique_ptr<DocumentEncoder>> make_bm25_document_encoder(
    const TextEncoderOptions& options);

/// The query side. `config` has kind "bm25". Errors: kCorruption.
Result<std::unique_ptr<TextEncoder>> load_bm25_text_encoder(const EncoderConfig& config,
                                                            std::vector<float> query_weights,
                                                            const Vocabulary& vocabulary);

}  // namespace temblor
