#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/sparse_dataset.h"
#include "data/sparse_vector.h"
#include "data/status.h"
#include "data/vocabulary.h"

namespace temblor {

/// What an index keeps of the encoder its documents went through, so that query text can follow.
struct TextEncoderData {
    std::string config_json;  ///< kind and settings; empty: the index knows no text encoder
    std::vector<float>
        query_weights;  ///< a weight for each component of the vocabulary, may be empty
};

/// Turns query text into a sparse vector whose inner product with an encoded document is the score.
/// Immutable and thread-safe.
class TextEncoder {
public:
    virtual ~TextEncoder() = default;
    /// Unknown words are left out; text without known words gives an empty vector.
    [[nodiscard]] virtual Result<SparseVector> encode_query(std::string_view text) const = 0;
};

/// Makes the query side again from what an index stored.
Result<std::unique_ptr<TextEncoder>> load_text_encoder(const TextEncoderData& data,
                                                       const Vocabulary& vocabulary);

/// A corpus after encoding: row r is the r-th text added.
struct EncodedCorpus {
    SparseDataset vectors;
    Vocabulary vocabulary;
    TextEncoderData encoder;
};

/// Turns documents into sparse vectors. Weights may depend on the whole corpus (df, mean length),
/// so they are known only when all texts have been added.
class DocumentEncoder {
public:
    virtual ~DocumentEncoder() = default;
    /// The next document as UTF-8 text; ill-formed bytes separate words.
    virtual Status add(std::string_view text) = 0;
    /// Everything added so far; to be called once, and nothing may be added after it. Without any
    /// text it still gives the vocabulary and query weights of an encoder that brings its own.
    virtual Result<EncodedCorpus> finish() = 0;
};

/// Settings of the encoders that `temblor build --encoder` names.
struct TextEncoderOptions {
    std::string kind = "bm25";         ///< "bm25" or "inference-free"
    double k1 = 1.2;                   ///< BM25 term saturation
    double b = 0.75;                   ///< BM25 length normalisation
    std::string language = "english";  ///< Snowball stemmer; "none" for no stemming
    bool stop_words = true;            ///< leave out the language's most common words
    std::string
        wordpiece_vocabulary;  ///< path of BERT's vocab.txt or tokenizer.json (inference-free)
    std::string idf;           ///< path of idf.json, token to query weight (inference-free)
};

Result<std::unique_ptr<DocumentEncoder>> make_document_encoder(const TextEncoderOptions& options);

}  // namespace temblor
