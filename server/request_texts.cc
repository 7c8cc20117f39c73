#include "server/request_texts.h"

#include <array>

#include "server/request_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

/// What the member "model" says, if it is a string.
std::string_view model_named(dom::element object) {
    std::string_view name;
    dom::element value;
    if (object.at_key("model").get(value) != simdjson::SUCCESS ||
        value.get_string().get(name) != simdjson::SUCCESS) {
        return {};
    }
    return name;
}

}  // namespace

bool RequestTexts::knows(std::string_view model) const {
    return encoders_.find_embedder(model) != nullptr || encoders_.find_sparse(model) != nullptr;
}

TextReader RequestTexts::reader(TextSide side, const Schema& schema) {
    return [this, &schema, bm25 = text_vector_reader(side, schema)](
               std::string_view name, dom::element object,
               const JsonPlace& place) -> Result<TextVector> {
        const std::string model(model_named(object));
        if (!knows(model)) return bm25(name, object, place);
        static constexpr std::array<std::string_view, 2> kNames = {"text", "model"};
        TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(object, place, kNames));
        TEMBLOR_ASSIGN_OR_RETURN(const dom::element given, needed(m[0], {place, "text"}));
        TEMBLOR_ASSIGN_OR_RETURN(const std::string text, read_text(given, {place, "text"}, {}));
        return vector_of(schema, name, model, text, place);
    };
}

Result<TextVector> RequestTexts::vector_of(const Schema& schema, std::string_view name,
                                           const std::string& model, std::string_view text,
                                           const JsonPlace& place) {
    const JsonPlace at(place, "model");
    const Embedder* embedder = encoders_.find_embedder(model);
    const auto dense = schema.dense.find(name);
    const bool is_sparse = schema.sparse.contains(name);
    if (!is_sparse && dense == schema.dense.end())
        return place.wrong("the collection has no vector \"" + std::string(name) + "\"");
    if (is_sparse != (embedder == nullptr)) {
        return at.wrong("\"" + model + "\" makes " + (is_sparse ? "dense" : "sparse") +
                        " vectors, and \"" + std::string(name) + "\" is a " +
                        (is_sparse ? "sparse" : "dense") + " one");
    }
    if (!is_sparse && dense->second.size != embedder->size()) {
        return at.wrong("\"" + model + "\" makes vectors of " + std::to_string(embedder->size()) +
                        " numbers, and \"" + std::string(name) + "\" has " +
                        std::to_string(dense->second.size));
    }
    const auto known = vectors_.find({model, std::string(text)});
    if (known != vectors_.end()) return known->second;
    waiting_[model].emplace_back(text);
    if (is_sparse) return TextVector(SparseVector{});
    return TextVector(DenseVector(embedder->size(), 1.0F));
}

Status RequestTexts::encode() {
    for (const auto& [model, texts] : waiting_) {
        if (const Embedder* dense = encoders_.find_embedder(model); dense != nullptr) {
            TEMBLOR_ASSIGN_OR_RETURN(auto made, dense->embed(texts, cancelled_));
            for (size_t i = 0; i < texts.size(); ++i)
                vectors_.insert_or_assign({model, texts[i]}, std::move(made.vectors[i]));
        } else {
            const SparseEmbedder* sparse = encoders_.find_sparse(model);
            TEMBLOR_ASSIGN_OR_RETURN(auto made, sparse->embed(texts, cancelled_));
            for (size_t i = 0; i < texts.size(); ++i)
                vectors_.insert_or_assign({model, texts[i]}, std::move(made[i]));
        }
    }
    waiting_.clear();
    return Status::ok();
}

}  // namespace temblor
