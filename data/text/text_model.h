#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/sparse_vector.h"
#include "data/status.h"
#include "data/vocabulary.h"

namespace temblor {

/// Which model made vectors, and how: enough to tell it from others wherever its folder lies.
struct TextModelIdentity {
    std::string name;         ///< of its folder, for people
    std::string fingerprint;  ///< of its files: 32 hexadecimal digits
    uint64_t max_tokens = 0;  ///< of a text, longer ones are cut; 0: what the model takes
};

/// A model that turns texts into sparse vectors. compress/model/ has those; what is below it takes
/// them through this. Immutable and thread-safe.
class SparseTextModel {
public:
    virtual ~SparseTextModel() = default;
    [[nodiscard]] virtual const TextModelIdentity& identity() const = 0;
    /// The token of each component.
    [[nodiscard]] virtual const Vocabulary& vocabulary() const = 0;
    /// A vector a text, in their order. Errors: kInvalidArgument naming the text, by its number.
    [[nodiscard]] virtual Result<std::vector<SparseVector>> encode_documents(
        std::span<const std::string_view> texts) const = 0;
    [[nodiscard]] virtual Result<SparseVector> encode_query(std::string_view text) const = 0;
};

/// The same into dense vectors.
class DenseTextModel {
public:
    virtual ~DenseTextModel() = default;
    [[nodiscard]] virtual const TextModelIdentity& identity() const = 0;
    /// Values of a vector.
    [[nodiscard]] virtual uint32_t size() const = 0;
    /// [texts, size] row by row. Errors: kInvalidArgument naming the text, by its number.
    [[nodiscard]] virtual Result<std::vector<float>> encode(
        std::span<const std::string_view> texts) const = 0;
};

/// A model that tells how well documents answer a query: a cross-encoder. The same.
class PairScoreModel {
public:
    virtual ~PairScoreModel() = default;
    /// A raw score a document, larger is better. Errors: kInvalidArgument naming the document, by
    /// its number.
    [[nodiscard]] virtual Result<std::vector<float>> score(
        std::string_view query, std::span<const std::string_view> documents) const = 0;
};

}  // namespace temblor
