#include "server/v1/model_routes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>

#include <openssl/evp.h>

#include "server/encoders.h"
#include "server/request_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

/// A text, or several.
Result<std::vector<std::string>> read_input(dom::element value, const JsonPlace& place,
                                            const ServerLimits& limits) {
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS)
        return std::vector<std::string>{std::string(text)};
    dom::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS)
        return place.expected("a string or an array of strings", value);
    if (array.size() == 0) return place.wrong("expected a string at least");
    if (array.size() > limits.points)
        return place.wrong("expected at most " + std::to_string(limits.points) + " strings");
    std::vector<std::string> texts;
    for (const dom::element one : array) {
        if (one.get_string().get(text) != simdjson::SUCCESS)
            return JsonPlace(place, texts.size()).expected("a string", one);
        texts.emplace_back(text);
    }
    return texts;
}

std::string base64_of(const std::vector<float>& values) {
    static_assert(std::endian::native == std::endian::little);
    std::vector<unsigned char> bytes(values.size() * sizeof(float));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // it ends with a zero
    const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                        static_cast<int>(bytes.size()));
    text.resize(static_cast<size_t>(written));
    return text;
}

/// A string, or an object with "text".
Result<std::string> read_document(dom::element value, const JsonPlace& place) {
    if (!value.is_object()) {
        if (!value.is_string()) return place.expected("a string, or an object with text", value);
        return read_text(value, place, {});
    }
    static constexpr std::array<std::string_view, 1> kNames = {"text"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(value, place, kNames));
    const JsonPlace at(place, "text");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element text, needed(m[0], at));
    return read_text(text, at, {});
}

struct RerankRequest {
    std::string query;
    std::vector<std::string> documents;
    size_t top = 0;
    bool with_documents = false;
    std::string model;
};

Result<RerankRequest> read_rerank(dom::element body, const ServerLimits& limits) {
    static constexpr std::array<std::string_view, 7> kNames = {"model",
                                                               "query",
                                                               "documents",
                                                               "top_n",
                                                               "return_documents",
                                                               "max_tokens_per_doc",
                                                               "max_chunks_per_doc"};
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    RerankRequest asked;
    TEMBLOR_ASSIGN_OR_RETURN(asked.model, read_text(m[0], {place, "model"}, Encoders::kBm25));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element query, needed(m[1], {place, "query"}));
    TEMBLOR_ASSIGN_OR_RETURN(asked.query, read_text(query, {place, "query"}, {}));
    const JsonPlace at(place, "documents");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element list, needed(m[2], at));
    dom::array array;
    if (list.get_array().get(array) != simdjson::SUCCESS) return at.expected("an array", list);
    if (array.size() == 0) return at.wrong("expected a document at least");
    if (array.size() > limits.points)
        return at.wrong("expected at most " + std::to_string(limits.points) + " documents");
    for (const dom::element one : array) {
        TEMBLOR_ASSIGN_OR_RETURN(std::string document,
                                 read_document(one, JsonPlace(at, asked.documents.size())));
        asked.documents.push_back(std::move(document));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t top, read_count(m[3], {place, "top_n"},
                                                            asked.documents.size(), 1, UINT64_MAX));
    asked.top = std::min<size_t>(top, asked.documents.size());
    TEMBLOR_ASSIGN_OR_RETURN(asked.with_documents,
                             read_bool(m[4], {place, "return_documents"}, false));
    return asked;
}

}  // namespace

Status models_route(Service& service, HttpRequest&, JsonWriter& answer) {
    answer.begin_object().member("object", "list").key("data").begin_array();
    for (const Encoders::Model& model : service.encoders().models()) {
        answer.begin_object().member("id", model.name).member("object", "model");
        answer.member("created", uint64_t{0}).member("owned_by", "temblor");
        answer.member("kind", model.kind).end_object();
    }
    answer.end_array().end_object();
    return Status::ok();
}

Status embeddings_route(Service& service, HttpRequest& request, JsonWriter& answer) {
    static constexpr std::array<std::string_view, 5> kNames = {"input", "model", "encoding_format",
                                                               "dimensions", "user"};
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element input, needed(m[0], {place, "input"}));
    TEMBLOR_ASSIGN_OR_RETURN(const auto texts,
                             read_input(input, {place, "input"}, service.limits()));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element named, needed(m[1], {place, "model"}));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string name, read_text(named, {place, "model"}, {}));
    const JsonPlace format(place, "encoding_format");
    TEMBLOR_ASSIGN_OR_RETURN(const std::string coding, read_text(m[2], format, "float"));
    if (coding != "float" && coding != "base64")
        return format.wrong("expected float or base64, got \"" + coding + "\"");
    TEMBLOR_ASSIGN_OR_RETURN(const auto embedder, service.encoders().embedder(name));
    TEMBLOR_RETURN_IF_ERROR(read_count(m[3], {place, "dimensions"}, embedder->size(),
                                       embedder->size(), embedder->size())
                                .status());
    TEMBLOR_ASSIGN_OR_RETURN(const auto embedded, embedder->embed(texts, request.cancelled));
    answer.begin_object().member("object", "list").key("data").begin_array();
    for (size_t i = 0; i < embedded.vectors.size(); ++i) {
        answer.begin_object().member("object", "embedding").member("index", uint64_t{i});
        answer.key("embedding");
        if (coding == "base64") {
            answer.string(base64_of(embedded.vectors[i]));
        } else {
            answer.begin_array();
            for (const float value : embedded.vectors[i]) answer.number(value);
            answer.end_array();
        }
        answer.end_object();
    }
    answer.end_array().member("model", name).key("usage").begin_object();
    answer.member("prompt_tokens", embedded.tokens).member("total_tokens", embedded.tokens);
    answer.end_object().end_object();
    return Status::ok();
}

Status rerank_route(Service& service, HttpRequest& request, JsonWriter& answer) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    TEMBLOR_ASSIGN_OR_RETURN(const RerankRequest asked, read_rerank(body, service.limits()));
    TEMBLOR_ASSIGN_OR_RETURN(const auto reranker, service.encoders().reranker(asked.model));
    TEMBLOR_ASSIGN_OR_RETURN(const auto scores,
                             reranker->score(asked.query, asked.documents, request.cancelled));
    std::vector<size_t> order(scores.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
    });
    answer.begin_object().member("id", request.head.request_id);
    answer.key("results").begin_array();
    for (size_t i = 0; i < asked.top; ++i) {
        answer.begin_object().member("index", uint64_t{order[i]});
        answer.member("relevance_score", scores[order[i]]);
        if (asked.with_documents) {
            answer.key("document").begin_object();
            answer.member("text", asked.documents[order[i]]).end_object();
        }
        answer.end_object();
    }
    answer.end_array().key("meta").begin_object().key("api_version").begin_object();
    answer.member("version", "2").end_object().member("model", asked.model);
    answer.end_object().end_object();
    return Status::ok();
}

}  // namespace temblor
