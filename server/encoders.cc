#include "server/encoders.h"

#include <algorithm>

#include "server/bm25_reranker.h"

namespace temblor {
namespace {

template <typename Models>
Result<typename Models::mapped_type> find_model(const Models& models, std::string_view kind,
                                                std::string_view name) {
    const auto at = models.find(name);
    if (at != models.end()) return at->second;
    std::string message = "model: no ";
    message += kind;
    message += " model \"";
    message += name.substr(0, 200);
    message += models.empty() ? "\", and none is configured" : "\", there are ";
    bool is_first = true;
    for (const auto& [known, model] : models) {
        message += is_first ? "" : ", ";
        message += known;
        is_first = false;
    }
    return Status::not_found(std::move(message));
}

constexpr std::string_view kEmbedding = "embedding";
constexpr std::string_view kSparse = "sparse";
constexpr std::string_view kRerank = "rerank";

}  // namespace

Encoders::Encoders() { rerankers_.emplace(kBm25, std::make_shared<Bm25Reranker>()); }

Status Encoders::check_free(const std::string& name) const {
    if (!embedders_.contains(name) && !sparse_.contains(name) && !rerankers_.contains(name))
        return Status::ok();
    return Status::already_exists("there is a model \"" + name + "\" already");
}

Status Encoders::add(const std::string& name, std::shared_ptr<const Embedder> embedder) {
    TEMBLOR_RETURN_IF_ERROR(check_free(name));
    embedders_.emplace(name, std::move(embedder));
    quoted_names_.push_back('"' + name + '"');
    return Status::ok();
}

Status Encoders::add(const std::string& name, std::shared_ptr<const SparseEmbedder> embedder) {
    TEMBLOR_RETURN_IF_ERROR(check_free(name));
    sparse_.emplace(name, std::move(embedder));
    quoted_names_.push_back('"' + name + '"');
    return Status::ok();
}

const Embedder* Encoders::find_embedder(std::string_view name) const {
    const auto at = embedders_.find(name);
    return at == embedders_.end() ? nullptr : at->second.get();
}

const SparseEmbedder* Encoders::find_sparse(std::string_view name) const {
    const auto at = sparse_.find(name);
    return at == sparse_.end() ? nullptr : at->second.get();
}

bool Encoders::mentioned(std::string_view body) const {
    return std::any_of(quoted_names_.begin(), quoted_names_.end(), [&](const std::string& name) {
        return body.find(name) != std::string_view::npos;
    });
}

Status Encoders::add(const std::string& name, std::shared_ptr<const Reranker> reranker) {
    TEMBLOR_RETURN_IF_ERROR(check_free(name));
    rerankers_.emplace(name, std::move(reranker));
    quoted_names_.push_back('"' + name + '"');
    return Status::ok();
}

Result<std::shared_ptr<const Embedder>> Encoders::embedder(std::string_view name) const {
    return find_model(embedders_, kEmbedding, name);
}

Result<std::shared_ptr<const Reranker>> Encoders::reranker(std::string_view name) const {
    return find_model(rerankers_, kRerank, name);
}

std::vector<Encoders::Model> Encoders::models() const {
    std::vector<Model> models;
    for (const auto& [name, embedder] : embedders_) models.push_back({name, kEmbedding});
    for (const auto& [name, embedder] : sparse_) models.push_back({name, kSparse});
    for (const auto& [name, reranker] : rerankers_) models.push_back({name, kRerank});
    std::sort(models.begin(), models.end(),
              [](const Model& a, const Model& b) { return a.name < b.name; });
    return models;
}

}  // namespace temblor
