#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/sparse_vector.h"
#include "data/status.h"
#include "data/vocabulary.h"

namespace temblor {

/// Turns texts into dense vectors. Immutable and thread-safe.
class Embedder {
public:
    struct Embedded {
        std::vector<std::vector<float>> vectors;  ///< one a text, of size() values each
        uint64_t tokens = 0;                      ///< of all texts
    };

    virtual ~Embedder() = default;
    [[nodiscard]] virtual uint32_t size() const = 0;
    /// `cancelled` ends it early. Errors: kCancelled, those of the model.
    [[nodiscard]] virtual Result<Embedded> embed(std::span<const std::string> texts,
                                                 const std::function<bool()>& cancelled) const = 0;
};

/// Turns texts into sparse vectors. Immutable and thread-safe.
class SparseEmbedder {
public:
    virtual ~SparseEmbedder() = default;
    /// The token of each component.
    [[nodiscard]] virtual const Vocabulary& vocabulary() const = 0;
    /// A vector a text. `cancelled` ends it early. Errors: kCancelled, those of the model.
    [[nodiscard]] virtual Result<std::vector<SparseVector>> embed(
        std::span<const std::string> texts, const std::function<bool()>& cancelled) const = 0;
};

/// Says how well documents answer a query. Immutable and thread-safe.
class Reranker {
public:
    virtual ~Reranker() = default;
    /// A finite score for each document; larger is better. `cancelled` ends it early. Errors:
    /// kCancelled, those of the model.
    [[nodiscard]] virtual Result<std::vector<float>> score(
        std::string_view query, std::span<const std::string> documents,
        const std::function<bool()>& cancelled) const = 0;
};

/// The models that a server offers, by name. A name is one embedder, dense or sparse, or one
/// reranker. One thread fills it before others read.
class Encoders {
public:
    /// Has the reranker kBm25.
    Encoders();
    static constexpr std::string_view kBm25 = "temblor/bm25";

    struct Model {
        std::string name;
        std::string_view kind;  ///< "embedding", "sparse" or "rerank"
    };

    /// Errors: kAlreadyExists.
    Status add(const std::string& name, std::shared_ptr<const Embedder> embedder);
    Status add(const std::string& name, std::shared_ptr<const SparseEmbedder> embedder);
    Status add(const std::string& name, std::shared_ptr<const Reranker> reranker);

    /// Errors: kNotFound, with the names of the models of this kind that there are.
    [[nodiscard]] Result<std::shared_ptr<const Embedder>> embedder(std::string_view name) const;
    [[nodiscard]] Result<std::shared_ptr<const Reranker>> reranker(std::string_view name) const;
    /// Null when there is none of that name.
    [[nodiscard]] const Embedder* find_embedder(std::string_view name) const;
    [[nodiscard]] const SparseEmbedder* find_sparse(std::string_view name) const;
    /// Whether `body` has the name of a model that was added, in quotes: such requests may have to
    /// wait for one. O(models x bytes).
    [[nodiscard]] bool mentioned(std::string_view body) const;
    /// By name.
    [[nodiscard]] std::vector<Model> models() const;

private:
    [[nodiscard]] Status check_free(const std::string& name) const;

    std::map<std::string, std::shared_ptr<const Embedder>, std::less<>> embedders_;
    std::map<std::string, std::shared_ptr<const SparseEmbedder>, std::less<>> sparse_;
    std::map<std::string, std::shared_ptr<const Reranker>, std::less<>> rerankers_;
    std::vector<std::string> quoted_names_;  ///< of the models that were added
};

}  // namespace temblor
